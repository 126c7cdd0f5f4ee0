using System.Numerics;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Shows [N, C, H, W] as [N, C·H·W]: the same memory.</summary>
internal sealed class FlattenRunner<T>(Node node, int index, ManagedTape<T> tape) : NodeRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override DenseTensor<T> Forward() => Input.View(new TensorShape(Input.Shape[0], Input.Shape.LengthPerImage));

    public override void Backward(OutputGradient<T> gradient)
    {
        if (Tape.Wants(InputIndex))
        {
            gradient.Tensor = gradient.Tensor.View(Input.Shape);
            Tape.Contribute(InputIndex, gradient);
        }
        else
        {
            Tape.Release(gradient);
        }
    }
}

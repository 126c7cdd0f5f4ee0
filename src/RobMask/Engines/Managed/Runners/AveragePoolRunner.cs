using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="AvgPool2d"/>.</summary>
internal sealed class AveragePoolRunner<T>(AveragePoolNode node, int index, ManagedTape<T> tape) : UnaryRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PoolAttributes _attributes = node.Attributes;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        AvgPool2d.Forward(Input, _attributes, output);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        AvgPool2d.Backward(gradOutput, _attributes, gradInput);
}

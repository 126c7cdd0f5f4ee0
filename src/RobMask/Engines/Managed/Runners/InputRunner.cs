using System.Numerics;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>The images themselves.</summary>
internal sealed class InputRunner<T>(Node node, int index, ManagedTape<T> tape) : NodeRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override DenseTensor<T> Forward() => Tape.Output(Index);

    public override void Backward(OutputGradient<T> gradient) => Tape.Contribute(Index, gradient);
}

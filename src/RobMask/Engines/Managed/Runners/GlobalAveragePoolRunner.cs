using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="GlobalAvgPool"/>.</summary>
internal sealed class GlobalAveragePoolRunner<T>(Node node, int index, ManagedTape<T> tape) : UnaryRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        Tape.Model.Kernels.AveragePlanes(Input, output);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        GlobalAvgPool.Backward(gradOutput, gradInput);
}

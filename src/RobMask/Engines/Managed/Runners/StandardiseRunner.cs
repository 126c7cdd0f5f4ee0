using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Standardise"/>.</summary>
internal sealed class StandardiseRunner<T>(StandardiseNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly float[] _mean = [.. node.Mean];
    private readonly float[] _standardDeviation = [.. node.StandardDeviation];

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.DestinationOver(InputIndex, Index);
        Standardise.Forward(Input, _mean, _standardDeviation, output);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Standardise.Backward(gradOutput, _standardDeviation, gradInput);
}

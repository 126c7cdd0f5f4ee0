using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Normalise"/> with the batch's or the running statistics.</summary>
internal sealed class NormaliseRunner<T>(NormaliseNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerStatistics<T> _statistics = new(node, tape);

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> input = Input;
        DenseTensor<T> output = Tape.DestinationOver(InputIndex, Index);
        if (Tape.Options.BatchStatistics)
        {
            Tape.Model.Kernels.Normalise(input, _statistics.Epsilon, output, _statistics.Mean, _statistics.Variance, _statistics.Reciprocal);
            _statistics.Update(input.Length / input.Shape[1]);
        }
        else
        {
            Normalise.ForwardEvaluation(input, _statistics.RunningMean, _statistics.RunningVariance, _statistics.Epsilon, output, _statistics.Reciprocal);
        }

        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
    {
        if (Tape.Options.BatchStatistics)
        {
            Tape.Model.Kernels.NormaliseBackward(Tape.Output(Index), gradOutput, _statistics.Reciprocal, gradInput);
        }
        else
        {
            Normalise.BackwardEvaluation(gradOutput, _statistics.Reciprocal, gradInput);
        }
    }
}

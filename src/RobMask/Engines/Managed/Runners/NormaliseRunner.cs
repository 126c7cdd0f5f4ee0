using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Normalise"/> with the batch'\''s or the running statistics.</summary>
internal sealed class NormaliseRunner<T>(NormaliseNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly float _epsilon = node.Epsilon;
    private readonly float _momentum = node.Momentum;
    private readonly DenseTensor<T> _mean = new(node.Shape[0]);
    private readonly DenseTensor<T> _variance = new(node.Shape[0]);
    private readonly DenseTensor<T> _reciprocal = new(node.Shape[0]);
    private readonly DenseTensor<T>[] _runningMean = Sets(tape.Model, node.Name + ".running_mean");
    private readonly DenseTensor<T>[] _runningVariance = Sets(tape.Model, node.Name + ".running_var");

    public override DenseTensor<T> Forward()
    {
        ForwardOptions options = Tape.Options;
        DenseTensor<T> input = Input;
        DenseTensor<T> output = Tape.DestinationOver(InputIndex, Index);
        int set = options.StatisticsSet;
        if (!options.BatchStatistics)
        {
            Normalise.ForwardEvaluation(input, _runningMean[set], _runningVariance[set], _epsilon, output, _reciprocal);
            return output;
        }

        Normalise.ForwardTraining(input, _epsilon, output, _mean, _variance, _reciprocal);
        if (options.UpdateRunningStatistics)
        {
            Normalise.UpdateRunning(_mean, _variance, input.Length / input.Shape[1], options.RunningMomentum ?? _momentum, _runningMean[set], _runningVariance[set]);
        }

        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
    {
        if (Tape.Options.BatchStatistics)
        {
            Normalise.BackwardTraining(Tape.Output(Index), gradOutput, _reciprocal, gradInput);
        }
        else
        {
            Normalise.BackwardEvaluation(gradOutput, _reciprocal, gradInput);
        }
    }

    private static DenseTensor<T>[] Sets(ManagedModel<T> model, string name)
    {
        DenseTensor<T> all = model.Buffer(name);
        TensorShape row = new(all.Shape[all.Shape.Rank - 1]);
        return all.Shape.Rank == 1 ? [all] : [.. Enumerable.Range(0, all.Shape[0]).Select(s => all.Images(s, 1).View(row))];
    }
}

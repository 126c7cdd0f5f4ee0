using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>The statistics of one normalising layer: the batch's own of the last forward pass, and the sets of running ones.</summary>
internal sealed class LayerStatistics<T>(NormaliseNode node, ManagedTape<T> tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly float _momentum = node.Momentum;
    private readonly DenseTensor<T>[] _runningMean = Sets(tape.Model, node.Name + ".running_mean");
    private readonly DenseTensor<T>[] _runningVariance = Sets(tape.Model, node.Name + ".running_var");

    public float Epsilon { get; } = node.Epsilon;

    /// <summary>μ of the last forward pass, [C].</summary>
    public DenseTensor<T> Mean { get; } = new(node.Shape[0]);

    /// <summary>v of the last batch that gave its statistics, biased, [C].</summary>
    public DenseTensor<T> Variance { get; } = new(node.Shape[0]);

    /// <summary>r of the last forward pass, [C].</summary>
    public DenseTensor<T> Reciprocal { get; } = new(node.Shape[0]);

    /// <summary>The running mean that the forward pass asks for.</summary>
    public DenseTensor<T> RunningMean => _runningMean[tape.Options.StatisticsSet];

    /// <summary>The running variance that the forward pass asks for.</summary>
    public DenseTensor<T> RunningVariance => _runningVariance[tape.Options.StatisticsSet];

    /// <summary>Lets the batch's statistics enter the running ones, where the forward pass asks for it.</summary>
    /// <param name="count">N·H·W.</param>
    public void Update(long count)
    {
        if (tape.Options.UpdateRunningStatistics)
        {
            Normalise.UpdateRunning(Mean, Variance, count, tape.Options.RunningMomentum ?? _momentum, RunningMean, RunningVariance);
        }
    }

    private static DenseTensor<T>[] Sets(ManagedModel<T> model, string name)
    {
        DenseTensor<T> all = model.Buffer(name);
        TensorShape row = new(all.Shape[all.Shape.Rank - 1]);
        return all.Shape.Rank == 1 ? [all] : [.. Enumerable.Range(0, all.Shape[0]).Select(s => all.Images(s, 1).View(row))];
    }
}

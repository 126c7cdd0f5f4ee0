using System.Diagnostics;
using RobMask.Bench.Comparison;
using RobMask.Bench.Contests;

namespace RobMask.Bench.Steps;

/// <summary>One step for both contestants, each of which has done its first: their losses agree.</summary>
internal sealed class StepPair : IDisposable
{
    private readonly ITrainingStep _ours;
    private readonly ITrainingStep _libtorch;

    /// <summary>Does the first steps and takes both over.</summary>
    public StepPair(string what, ITrainingStep ours, ITrainingStep libtorch)
    {
        _ours = ours;
        _libtorch = libtorch;
        (double ourLoss, double ourSeconds) = First(ours);
        (double torchLoss, double torchSeconds) = First(libtorch);
        Agreement.Require($"the first loss of {what}", ourLoss, torchLoss);
        Contestants =
        [
            new Contestant(() => ours.Step()) { KnownSeconds = ourSeconds },
            new Contestant(() => libtorch.Step()) { KnownSeconds = torchSeconds },
        ];
    }

    /// <summary>Ours, libtorch.</summary>
    public IReadOnlyList<Contestant> Contestants { get; }

    public void Dispose()
    {
        _ours.Dispose();
        _libtorch.Dispose();

        // Before the next case allocates its own hundreds of megabytes.
        GC.Collect();
    }

    private static (double Loss, double Seconds) First(ITrainingStep step)
    {
        long start = Stopwatch.GetTimestamp();
        double loss = step.Step();
        return (loss, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}

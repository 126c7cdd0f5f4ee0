using System.Diagnostics;
using RobMask.Bench.Comparison;
using RobMask.Bench.Contests;
using RobMask.Engines.Managed;
using TorchSharp;

namespace RobMask.Bench.Steps;

/// <summary>One step for both contestants, each of which has done its first; both do the same work.</summary>
internal sealed class StepPair : IDisposable
{
    private const int CheckedBatch = 4;
    private readonly ITrainingStep _ours;
    private readonly ITrainingStep _libtorch;

    /// <summary>Does the first steps and takes both over.</summary>
    public StepPair(ITrainingStep ours, ITrainingStep libtorch)
    {
        _ours = ours;
        _libtorch = libtorch;
        Contestants = [First(ours), First(libtorch)];
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

    /// <summary>Does a step of a few images in double on both sides and compares the losses.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static void RequireSameWork(StepCase step)
    {
        StartingPoint start = new(step with { Batch = CheckedBatch });
        using EngineStep ours = new(new ManagedEngine<double>(), start);
        using TorchStep libtorch = new(start, torch.ScalarType.Float64);
        Agreement.Require($"the first loss of {step.Describe()}", ours.Step(), libtorch.Step(), Agreement.InDouble);
    }

    private static Contestant First(ITrainingStep step)
    {
        long start = Stopwatch.GetTimestamp();
        step.Step();
        return new Contestant(() => step.Step()) { KnownSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }
}

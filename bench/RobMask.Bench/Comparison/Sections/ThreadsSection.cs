using RobMask.Bench.Contests;
using RobMask.Bench.Steps;
using RobMask.Engines.Managed;
using RobMask.Kernels;
using RobMask.Training;
using TorchSharp;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>The same step with one thread and with all.</summary>
internal sealed class ThreadsSection : ISection
{
    public const string SectionName = "threads";
    public const string One = "one thread";

    public string Name => SectionName;

    public string Title => "the standard training step of PreAct-ResNet-18 with one thread and with all, the four in turn";

    public static string All(int threads) => $"{threads} threads";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        if (options.Threads == 1)
        {
            Progress.Say("threads: one thread is all there is, so nothing is compared");
            yield break;
        }

        Pace pace = options.Pace(new Pace(5, 3, 40), new Pace(3, 2, 15));
        int batch = options.BatchesOr(options.Quick ? 32 : 128)[0];
        StepCase step = new(StepCase.Networks[0], TrainingMethod.Standard, batch);
        Progress.Say($"{step.Describe()}, batch {batch}, one thread and {options.Threads}");
        StepPair.RequireSameWork(step);
        StartingPoint start = new(step);
        using StepPair pair = new(new EngineStep(new ManagedEngine<float>(), start), new TorchStep(start));
        ContestResult result = Contest.Run(
            pace,
            [.. new[] { 1, options.Threads }.SelectMany(threads => pair.Contestants.Select(contestant => contestant with { Before = () => Use(threads), After = () => Use(options.Threads) }))]);
        Work work = StepWork.Step(start.Graph, step, Bound.Float);
        IReadOnlyList<Timings> timings = result.Timings;
        yield return new Figure(SectionName, One, batch, work with { Threads = 1 }, timings[0], timings[1], result.OthersShare);
        yield return new Figure(SectionName, All(options.Threads), batch, work, timings[2], timings[3], result.OthersShare);
    }

    private static void Use(int threads)
    {
        Workers.ThreadCount = threads;
        torch.set_num_threads(threads);
    }
}

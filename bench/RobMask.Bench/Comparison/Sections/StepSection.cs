using RobMask.Bench.Contests;
using RobMask.Bench.Steps;
using RobMask.Engines.Managed;
using RobMask.Training;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>Whole training steps, the optimiser's included.</summary>
internal sealed class StepSection : ISection
{
    public const string SectionName = "step";

    public string Name => SectionName;

    public string Title => "training steps on 3x32x32 images, 10 classes, SGD with momentum: the training methods' own code against libtorch with autograd and its fused SGD; in double both give the same loss";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        Pace pace = options.Pace(new Pace(7, 3, 20), new Pace(3, 2, 8));
        foreach (StepCase step in Cases(options))
        {
            yield return Compare(step, pace);
        }
    }

    /// <summary>All that the options name; where they name none, long steps of the side shows are left out.</summary>
    private static IEnumerable<StepCase> Cases(BenchOptions options) =>
        from network in options.Networks ?? (options.Quick ? StepCase.Networks.Take(2) : StepCase.Networks)
        from method in options.Methods ?? StepCase.Methods
        from batch in options.BatchesOr(128, 32)
        where batch < 128
            || method == TrainingMethod.Standard
            || (options.Networks ?? options.Methods as object) is not null
            || (network == StepCase.Networks[0] && method == TrainingMethod.RobMask && !options.Quick)
        select new StepCase(network, method, batch);

    private static Figure Compare(StepCase step, Pace pace)
    {
        Progress.Say($"{step.Describe()}, batch {step.Batch}");
        StepPair.RequireSameWork(step);
        StartingPoint start = new(step);
        using StepPair pair = new(new EngineStep(new ManagedEngine<float>(), start), new TorchStep(start));
        ContestResult result = Contest.Run(pace, pair.Contestants);
        Work work = StepWork.Step(start.Graph, step, Bound.Float);
        return new Figure(SectionName, step.Describe(), step.Batch, work, result.Timings[0], result.Timings[1], result.OthersShare);
    }
}

using RobMask.Bench.Contests;
using RobMask.Bench.Steps;
using RobMask.Torch.Engine;
using RobMask.Training;
using static TorchSharp.torch;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>Our training methods on the torch engine against the same steps written by hand with TorchSharp.</summary>
internal sealed class EngineSection : ISection
{
    public const string SectionName = "engine";

    public string Name => SectionName;

    public string Title => "the torch engine (ours) against the same step by hand with TorchSharp (libtorch): what the engine costs above libtorch; in double both give the same loss";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        Pace pace = options.Pace(new Pace(7, 3, 20), new Pace(3, 2, 8));
        foreach (string network in options.Networks ?? StepCase.Networks.Take(2))
        {
            foreach (TrainingMethod method in options.Methods ?? [TrainingMethod.Standard, TrainingMethod.RobMask])
            {
                foreach (int batch in options.BatchesOr(32))
                {
                    yield return Compare(new StepCase(network, method, batch), pace);
                }
            }
        }
    }

    /// <summary>Does a step of a few images in double on both sides and compares the losses.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static void RequireSameWork(StepCase step)
    {
        StartingPoint start = new(step with { Batch = 4 });
        using EngineStep ours = new(new TorchEngine(doublePrecision: true), start);
        using TorchStep byHand = new(start, ScalarType.Float64);
        Agreement.Require($"the first loss of {step.Describe()}", ours.Step(), byHand.Step(), Agreement.InDouble);
    }

    private static Figure Compare(StepCase step, Pace pace)
    {
        Progress.Say($"torch engine: {step.Describe()}, batch {step.Batch}");
        RequireSameWork(step);
        StartingPoint start = new(step);
        using StepPair pair = new(new EngineStep(new TorchEngine(), start), new TorchStep(start));
        ContestResult result = Contest.Run(pace, pair.Contestants);
        Work work = StepWork.Step(start.Graph, step, Bound.Float);
        return new Figure(SectionName, step.Describe(), step.Batch, work, result.Timings[0], result.Timings[1], result.OthersShare);
    }
}

using RobMask.Bench.Contests;
using RobMask.Bench.Steps;
using RobMask.Engines.Managed;
using RobMask.Training;
using TorchSharp;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>The same step in float and in double.</summary>
internal sealed class DoubleSection : ISection
{
    public const string SectionName = "double";
    public const string InFloat = "float";
    public const string InDouble = "double";

    public string Name => SectionName;

    public string Title => "the standard training step of PreAct-ResNet-18 in float and in double, the four in turn";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        Pace pace = options.Pace(new Pace(5, 3, 25), new Pace(3, 2, 10));
        int batch = options.BatchesOr(32)[0];
        StepCase step = new(StepCase.Networks[0], TrainingMethod.Standard, batch);
        Progress.Say($"{step.Describe()}, batch {batch}, float and double");
        StepPair.RequireSameWork(step);
        StartingPoint start = new(step);
        using StepPair inFloat = new(new EngineStep(new ManagedEngine<float>(), start), new TorchStep(start));
        using StepPair inDouble = new(new EngineStep(new ManagedEngine<double>(), start), new TorchStep(start, torch.ScalarType.Float64));
        ContestResult result = Contest.Run(pace, [.. inFloat.Contestants, .. inDouble.Contestants]);
        IReadOnlyList<Timings> timings = result.Timings;
        yield return new Figure(SectionName, InFloat, batch, StepWork.Step(start.Graph, step, Bound.Float), timings[0], timings[1], result.OthersShare);
        yield return new Figure(SectionName, InDouble, batch, StepWork.Step(start.Graph, step, Bound.Double), timings[2], timings[3], result.OthersShare);
    }
}

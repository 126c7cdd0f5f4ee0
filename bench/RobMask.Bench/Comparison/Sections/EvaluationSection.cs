using RobMask.Bench.Contests;
using RobMask.Bench.Steps;
using RobMask.Training;

namespace RobMask.Bench.Comparison.Sections;

/// <summary>Forward passes alone, by running statistics.</summary>
internal sealed class EvaluationSection : ISection
{
    public const string SectionName = "evaluation";

    public string Name => SectionName;

    public string Title => "evaluation: the logits of a batch by running statistics; both agree";

    public IEnumerable<Figure> Run(BenchOptions options)
    {
        Pace pace = options.Pace(new Pace(9, 5, 8), new Pace(3, 3, 3));
        foreach (string network in options.Networks ?? (options.Quick ? StepCase.Networks.Take(2) : StepCase.Networks))
        {
            foreach (int batch in options.BatchesOr(128, 32))
            {
                StartingPoint start = new(new StepCase(network, TrainingMethod.Standard, batch));
                Progress.Say($"evaluation of {start.Graph.Name}, batch {batch}");
                using ManagedEvaluation ours = new(start);
                using TorchEvaluation libtorch = new(start);
                Agreement.Require($"the logits of {start.Graph.Name}", ours.Logits(), libtorch.Logits(), Agreement.InFloat);
                ContestResult result = Contest.Run(pace, new Contestant(ours.Run), new Contestant(libtorch.Run));
                Work work = StepWork.Evaluation(start.Graph, batch);
                yield return new Figure(SectionName, start.Graph.Name, batch, work, result.Timings[0], result.Timings[1], result.OthersShare);
            }
        }
    }
}

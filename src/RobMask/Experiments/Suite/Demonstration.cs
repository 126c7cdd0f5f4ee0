using RobMask.Experiments.Results;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>The paper's claim in a few minutes: four small networks, their accuracies, the trade-off curve, the masks.</summary>
public sealed class Demonstration : IExperiment
{
    /// <inheritdoc/>
    public string Name => "demo";

    /// <inheritdoc/>
    public string Summary => "networks trained clean, adversarially, with two masks and with RobMask, and the curve between two masks";

    /// <inheritdoc/>
    public void Validate(RunSettings settings) => Methods.RequireMasks(settings);

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory)
    {
        ulong seed = laboratory.Settings.Training.Seed;
        List<EvaluationLine> lines = [];
        List<SamplePicture> samples = [];
        foreach (TrainingMethod method in (TrainingMethod[])[TrainingMethod.Standard, TrainingMethod.Adversarial])
        {
            string name = Methods.NameOf(method);
            using TrainedNetwork network = laboratory.Train(name, laboratory.Settings.Training with { Method = method });
            lines.Add(laboratory.Evaluate(name, seed, () => network.Deploy()));
            samples.AddRange(laboratory.Samples(name, network.Deploy()));
        }

        using TrainedNetwork split = laboratory.Train("split", laboratory.Settings.Training with { Method = TrainingMethod.Split, Split = new SplitSettings() });
        IReadOnlyList<Tradeoff> curves = Tradeoff.Measure(laboratory, "split", seed, split);
        lines.Add(laboratory.Evaluate("split, clean mask", seed, () => laboratory.Ready(split, split.Deploy())));
        lines.Add(laboratory.Evaluate("split, adversarial mask", seed, () => laboratory.Ready(split, split.Deploy(Branch.Adversarial))));
        MaskPicture masks = laboratory.Masks("split", seed, split, "clean mask", "adversarial mask");

        using TrainedNetwork robmask = laboratory.Train("robmask", laboratory.Settings.Training with { Method = TrainingMethod.RobMask });
        lines.Add(laboratory.Evaluate("robmask", seed, () => laboratory.Ready(robmask, robmask.Deploy())));

        EvaluationLine[] standard = [lines[0]];
        EvaluationLine[] adversarial = [lines[1]];
        EvaluationLine[] mixed = [lines[^1]];
        AccuracyDifference[] differences =
        [
            Comparisons.Robust(adversarial, standard), Comparisons.Clean(standard, adversarial), Comparisons.Clean(mixed, standard), Comparisons.Robust(mixed, standard),
        ];
        return new RunResults(
            "A network's masks move it between clean and robust accuracy",
            $"{laboratory.Data.Describe()}. Network {laboratory.Settings.Training.Network.Name}, trained for {laboratory.Settings.Training.Epochs} epochs by each of four methods.",
            [
                new ReportSection("networks", "Four networks", ["The same network trained on clean images, on attacked images, on both with one mask (γ, β) for each, and with RobMask. Attack of the evaluation: " + laboratory.Settings.Evaluation.Attack!.Describe() + ", made against the very network and mask that is evaluated."])
                {
                    Findings =
                    [
                        Comparisons.AllAbove("There is a trade-off: adversarial training buys robust accuracy with clean accuracy.", differences[0], differences[1]),
                        Comparisons.Above("RobMask uses adversarial training as a regulariser: its clean accuracy is above that of standard training.", differences[2]),
                    ],
                    Measurements = [.. lines.SelectMany(line => line.Measurements())],
                    Differences = differences,
                },
                new ReportSection("curve", "One network between two masks", ["One network with shared weights and two masks. Only the rescaling parameters (γ, β) move along the curve; every point is attacked anew. Running statistics as trained are a mixture of both masks' and fit neither; so they are measured anew on clean training images at every point, and the curve with the statistics as trained stands beside it."])
                {
                    Findings = Tradeoff.Findings([curves[0]]),
                    Curves = [.. curves.Select(curve => curve.Curve)],
                    Landmarks = [.. lines.Where(line => !line.Network.StartsWith("split", StringComparison.Ordinal)).SelectMany(line => line.Measurements())],
                },
                new ReportSection("masks", "The two masks", []) { Masks = [masks] },
                new ReportSection("samples", "What the attack does", []) { Samples = samples },
            ]);
    }
}

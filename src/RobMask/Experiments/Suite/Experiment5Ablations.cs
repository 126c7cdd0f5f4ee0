using RobMask.Experiments.Reporting;
using RobMask.Experiments.Results;
using RobMask.Masking;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>E5: what each choice in RobMask is worth: k, λ, ε_max, the gate, the statistics. One choice changes at a time.</summary>
public sealed class Experiment5Ablations : IExperiment
{
    private static readonly int[] Counts = [1, 2, 3, 4];
    private static readonly float[] Weights = [0, 0.5f, 1, 2];
    private static readonly float[] RadiusFactors = [0.5f, 2];

    /// <inheritdoc/>
    public string Name => "e5";

    /// <inheritdoc/>
    public string Summary => "ablations of RobMask: k, λ, ε_max, gate, shared or separate statistics";

    /// <inheritdoc/>
    public void Validate(RunSettings settings) => Methods.RequireMasks(settings);

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory)
    {
        TrainingSettings centre = laboratory.Settings.Training with { Method = TrainingMethod.RobMask };
        List<EvaluationLine> reference = Lines(laboratory, "robmask", "robmask", centre);
        List<ReportSection> sections = [];
        foreach ((string id, string title, string text, (string Name, TrainingSettings Settings)[] variants) in Ablations(centre))
        {
            List<EvaluationLine> lines = [.. reference];
            List<AccuracyDifference> differences = [];
            foreach ((string name, TrainingSettings settings) in variants)
            {
                List<EvaluationLine> variant = Lines(laboratory, $"robmask-{id}-{FileName(name)}", name, settings);
                lines.AddRange(variant);
                differences.Add(Comparisons.Clean(variant, reference));
                differences.Add(Comparisons.Robust(variant, reference));
            }

            sections.Add(new ReportSection(id, title, [text])
            {
                Measurements = [.. lines.SelectMany(line => line.Measurements())],
                Differences = differences,
            });
        }

        return new RunResults(
            "E5 · Ablations of RobMask",
            $"{laboratory.Data.Describe()}. The reference is k = {centre.RobMask.MaskCount}, λ = {ReportText.Number(centre.RobMask.Lambda)}, ε_max = {AttackNames.Radius(centre.Attack.Epsilon)}, {NameOf(centre.RobMask.Gate.Kind)} gate; each variant changes one choice. Attack of the evaluation: {laboratory.Settings.Evaluation.Attack!.Describe()}.",
            sections);
    }

    private static IEnumerable<(string Id, string Title, string Text, (string, TrainingSettings)[] Variants)> Ablations(TrainingSettings centre)
    {
        RobMaskSettings robmask = centre.RobMask;
        TrainingSettings With(RobMaskSettings settings) => centre with { RobMask = settings };
        yield return ("masks", "The number of primary masks k", "With one mask there is nothing to mix: the gate has no say.",
            [.. Counts.Where(k => k != robmask.MaskCount).Select(k => ($"k = {k}", With(robmask with { MaskCount = k })))]);
        yield return ("lambda", "The weight λ of the attacked loss", "λ = 0 is training on clean images with the mask u(0).",
            [.. Weights.Where(lambda => lambda != robmask.Lambda).Select(lambda => ($"λ = {ReportText.Number(lambda)}", With(robmask with { Lambda = lambda })))]);
        yield return ("epsilon", "The greatest radius ε_max", "The radius of each image's perturbation is drawn from (0, ε_max], or fixed.",
        [
            .. RadiusFactors.Select(factor => ($"ε_max = {AttackNames.Radius(centre.Attack.Epsilon * factor)}", centre with { Attack = centre.Attack with { Epsilon = centre.Attack.Epsilon * factor } })),
            ("fixed ε", With(robmask with { Epsilon = EpsilonDraw.Fixed })),
        ]);
        yield return ("gate", "The gate", "How a perturbation becomes the coefficients of the mixture.",
        [
            .. Enum.GetValues<GateKind>().Where(kind => kind != robmask.Gate.Kind).Select(kind => ($"{NameOf(kind)} gate", With(robmask with { Gate = robmask.Gate with { Kind = kind } }))),
            ("free coefficients", With(robmask with { Gate = robmask.Gate with { FreeCoefficients = true } })),
            ("coefficients per layer", With(robmask with { Gate = robmask.Gate with { PerLayer = true } })),
        ]);
        yield return ("statistics", "Normalisation statistics", "Shared between the clean and the attacked half, or separate. The paper calls the influence marginal.",
            [("separate statistics", With(robmask with { SeparateStatistics = !robmask.SeparateStatistics }))]);
    }

    private static List<EvaluationLine> Lines(Laboratory laboratory, string file, string label, TrainingSettings settings)
    {
        List<EvaluationLine> lines = [];
        foreach (ulong seed in laboratory.Settings.AllSeeds())
        {
            using TrainedNetwork network = laboratory.Train($"{file}-seed{seed}", settings with { Seed = seed });
            lines.Add(laboratory.Evaluate(label, seed, () => laboratory.Ready(network, network.Deploy())));
        }

        return lines;
    }

    private static string FileName(string name) => string.Concat(name.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.'));

    private static string NameOf(GateKind kind) => kind switch
    {
        GateKind.Linear => "linear",
        GateKind.Strength => "strength",
        _ => "epsilon",
    };
}

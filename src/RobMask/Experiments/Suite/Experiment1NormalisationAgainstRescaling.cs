using RobMask.Experiments.Results;
using RobMask.Experiments.Statistics;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>E1: what separates a clean from a robust network, its normalisation statistics or its rescaling parameters?</summary>
/// <remarks>
/// Two measurements. The four variants of split training share or separate each half of batch normalisation; what a branch
/// has to itself is worth as much as switching it moves robust accuracy. And a network trained for one objective is
/// fine-tuned towards the other with all but one half frozen.
/// </remarks>
public sealed class Experiment1NormalisationAgainstRescaling : IExperiment
{
    private static readonly (string Name, TrainedParts Parts)[] FineTunings =
    [
        ("statistics only", TrainedParts.Statistics),
        ("rescaling only", TrainedParts.Rescaling),
        ("statistics and rescaling", TrainedParts.Statistics | TrainedParts.Rescaling),
    ];

    /// <inheritdoc/>
    public string Name => "e1";

    /// <inheritdoc/>
    public string Summary => "normalisation against rescaling: which half of batch normalisation carries the trade-off?";

    /// <inheritdoc/>
    public void Validate(RunSettings settings) => Methods.RequireMasks(settings);

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory) => new(
        "E1 · Normalisation against rescaling",
        $"{laboratory.Data.Describe()}. Which half of batch normalisation carries the trade-off between clean and robust accuracy?",
        [Variants(laboratory), FineTuning(laboratory)]);

    private static ReportSection Variants(Laboratory laboratory)
    {
        Dictionary<(bool Normalisation, bool Rescaling), List<(EvaluationLine Clean, EvaluationLine Adversarial)>> found = [];
        List<EvaluationLine> reestimated = [];
        foreach (ulong seed in laboratory.Settings.AllSeeds())
        {
            foreach ((bool normalisation, bool rescaling) in ((bool, bool)[])[(false, false), (true, false), (false, true), (true, true)])
            {
                string label = $"{Word(normalisation)} normalisation, {Word(rescaling)} rescaling";
                using TrainedNetwork network = laboratory.Train(
                    $"split-{(normalisation ? "separate" : "shared")}-normalisation-{(rescaling ? "separate" : "shared")}-rescaling-seed{seed}",
                    laboratory.Settings.Training with { Method = TrainingMethod.Split, Seed = seed, Split = new SplitSettings { SeparateNormalisation = normalisation, SeparateRescaling = rescaling } });
                EvaluationLine clean = laboratory.Evaluate(label + (normalisation || rescaling ? ", clean branch" : string.Empty), seed, () => network.Deploy());
                EvaluationLine adversarial = normalisation || rescaling ? laboratory.Evaluate(label + ", adversarial branch", seed, () => network.Deploy(Branch.Adversarial)) : clean;
                found.TryAdd((normalisation, rescaling), []);
                found[(normalisation, rescaling)].Add((clean, adversarial));
                if (laboratory.Reestimates(network))
                {
                    reestimated.Add(laboratory.Evaluate(label + ", clean branch, statistics re-estimated", seed, () => laboratory.Ready(network, network.Deploy())));
                    reestimated.Add(laboratory.Evaluate(label + ", adversarial branch, statistics re-estimated", seed, () => laboratory.Ready(network, network.Deploy(Branch.Adversarial))));
                }
            }
        }

        List<(EvaluationLine Clean, EvaluationLine Adversarial)> onlyRescaling = found[(false, true)];
        List<(EvaluationLine Clean, EvaluationLine Adversarial)> onlyNormalisation = found[(true, false)];
        AccuracyDifference rescalingMoves = Comparisons.Robust([.. onlyRescaling.Select(pair => pair.Adversarial)], [.. onlyRescaling.Select(pair => pair.Clean)]);
        AccuracyDifference normalisationMoves = Comparisons.Robust([.. onlyNormalisation.Select(pair => pair.Adversarial)], [.. onlyNormalisation.Select(pair => pair.Clean)]);
        AccuracyDifference more = Comparisons.Contrast(
            "what separate rescaling moves", "what separate normalisation moves", rescalingMoves.Condition,
            [.. onlyRescaling.Zip(onlyNormalisation).Select(both => Minus(Gain(both.First), Gain(both.Second)))]);
        return new ReportSection("variants", "Four variants of split training",
        [
            "Clean and attacked images train the same network; normalisation statistics and rescaling parameters are each shared or separate. With something separate there are two branches, and switching between them shows what the separate half is worth.",
            "The findings are those of the statistics as trained, so that switching a branch changes nothing but what is separate. Shared statistics are a mixture of both branches' and fit neither mask; the lines «statistics re-estimated» measure them anew for the branch, on clean training images.",
            "Attack of the evaluation: " + laboratory.Settings.Evaluation.Attack!.Describe(),
        ])
        {
            Findings =
            [
                Comparisons.Above("The rescaling parameters carry the trade-off: switching them changes robust accuracy.", rescalingMoves),
                Comparisons.Above("Normalisation hardly matters: switching the statistics changes robust accuracy less than switching the rescaling parameters.", more),
            ],
            Measurements = [.. found.Values.SelectMany(pairs => pairs).SelectMany(pair => pair.Clean == pair.Adversarial ? [pair.Clean] : new[] { pair.Clean, pair.Adversarial }).Concat(reestimated).SelectMany(line => line.Measurements())],
            Differences = [rescalingMoves, normalisationMoves, more],
        };
    }

    private static ReportSection FineTuning(Laboratory laboratory)
    {
        List<EvaluationLine> lines = [];
        List<AccuracyDifference> differences = [];
        Dictionary<string, List<EvaluationLine>> byLabel = [];
        foreach (ulong seed in laboratory.Settings.AllSeeds())
        {
            foreach ((TrainingMethod from, TrainingMethod to) in ((TrainingMethod, TrainingMethod)[])[(TrainingMethod.Standard, TrainingMethod.Adversarial), (TrainingMethod.Adversarial, TrainingMethod.Standard)])
            {
                TrainingSettings settings = laboratory.Settings.Training with { Method = from, Seed = seed };
                string start = $"{Methods.NameOf(from)}-seed{seed}";
                using (TrainedNetwork network = laboratory.Train(start, settings))
                {
                    Keep(laboratory.Evaluate(Methods.NameOf(from), seed, () => network.Deploy()));
                }

                foreach ((string what, TrainedParts parts) in FineTunings)
                {
                    TrainingSettings tuning = settings with
                    {
                        Method = to,
                        Trained = parts,
                        Epochs = Math.Max(1, settings.Epochs / 2),
                        Schedule = settings.Schedule with { LearningRate = settings.Schedule.LearningRate / 2, Milestones = null, WarmUpEpochs = 0 },
                    };
                    using TrainedNetwork network = laboratory.Train($"{start}-then-{Methods.NameOf(to)}-{what.Replace(' ', '-')}", tuning, start);
                    Keep(laboratory.Evaluate($"{Methods.NameOf(from)}, then {Methods.NameOf(to)} on {what}", seed, () => network.Deploy()));
                }
            }
        }

        foreach ((string what, _) in FineTunings)
        {
            differences.Add(Comparisons.Robust(byLabel[$"standard, then adversarial on {what}"], byLabel["standard"]));
            differences.Add(Comparisons.Clean(byLabel[$"adversarial, then standard on {what}"], byLabel["adversarial"]));
        }

        AccuracyDifference rescalingAgainstStatistics = Comparisons.Robust(byLabel["standard, then adversarial on rescaling only"], byLabel["standard, then adversarial on statistics only"]);
        return new ReportSection("fine-tuning", "Fine-tuning one half", ["A trained network is trained on towards the other objective, for half as many epochs, with everything frozen but the statistics, the rescaling parameters, or both."])
        {
            Findings = [Comparisons.Above("Of a cleanly trained network, adversarial fine-tuning of the rescaling parameters alone wins more robust accuracy than that of the statistics alone.", rescalingAgainstStatistics)],
            Measurements = [.. lines.SelectMany(line => line.Measurements())],
            Differences = [.. differences, rescalingAgainstStatistics],
        };

        void Keep(EvaluationLine line)
        {
            lines.Add(line);
            byLabel.TryAdd(line.Network, []);
            byLabel[line.Network].Add(line);
        }
    }

    private static string Word(bool separate) => separate ? "separate" : "shared";

    private static int[] Gain((EvaluationLine Clean, EvaluationLine Adversarial) pair) => PairedBootstrap.Subtract(pair.Adversarial.Robust, pair.Clean.Robust);

    private static int[] Minus(int[] left, int[] right) => [.. left.Zip(right).Select(pair => pair.First - pair.Second)];
}

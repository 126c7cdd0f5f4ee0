using RobMask.Experiments.Results;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>E4: RobMask against standard and adversarial training, TRADES and AdvProp.</summary>
public sealed class Experiment4Methods : IExperiment
{
    private static readonly TrainingMethod[] Compared =
        [TrainingMethod.Standard, TrainingMethod.Adversarial, TrainingMethod.Trades, TrainingMethod.AdvProp, TrainingMethod.RobMask];

    /// <inheritdoc/>
    public string Name => "e4";

    /// <inheritdoc/>
    public string Summary => "RobMask against standard, adversarial, TRADES and AdvProp, over several seeds";

    /// <inheritdoc/>
    public void Validate(RunSettings settings) => Methods.RequireMasks(settings);

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory)
    {
        Dictionary<TrainingMethod, List<EvaluationLine>> found = Compared.ToDictionary(method => method, _ => new List<EvaluationLine>());
        List<SamplePicture> samples = [];
        List<MaskPicture> masks = [];
        foreach (ulong seed in laboratory.Settings.AllSeeds())
        {
            foreach (TrainingMethod method in Compared)
            {
                string name = Methods.NameOf(method);
                using TrainedNetwork network = laboratory.Train($"{name}-seed{seed}", laboratory.Settings.Training with { Method = method, Seed = seed });
                found[method].Add(laboratory.Evaluate(name, seed, () => laboratory.Ready(network, network.Deploy())));
                if (seed == laboratory.Settings.Training.Seed && (method is TrainingMethod.Standard or TrainingMethod.RobMask))
                {
                    samples.AddRange(laboratory.Samples(name, laboratory.Ready(network, network.Deploy())));
                }

                if (method == TrainingMethod.RobMask && network.Model.Graph.MaskCount > 1 && seed == laboratory.Settings.Training.Seed)
                {
                    masks.Add(laboratory.Masks(name, seed, network, [.. Enumerable.Range(0, network.Model.Graph.MaskCount).Select(index => $"primary mask {index}")]));
                }
            }
        }

        List<EvaluationLine> robmask = found[TrainingMethod.RobMask];
        TrainingMethod[] others = [.. Compared.Where(method => method != TrainingMethod.RobMask)];
        AccuracyDifference[] clean = [.. others.Select(method => Comparisons.Clean(robmask, found[method]))];
        AccuracyDifference[] robust = [.. others.Select(method => Comparisons.Robust(robmask, found[method]))];
        return new RunResults(
            "E4 · RobMask against other ways of training",
            $"{laboratory.Data.Describe()}. {laboratory.Settings.Seeds} seed{(laboratory.Settings.Seeds == 1 ? string.Empty : "s")}, the same network, attacks, data and schedule for every method.",
            [
                new ReportSection("methods", "Five methods", ["Every network is evaluated as it is deployed: RobMask with the mask u(0) and statistics measured anew under it, AdvProp with its clean branch. Attack of the evaluation, made against the deployed network: " + laboratory.Settings.Evaluation.Attack!.Describe()])
                {
                    Findings =
                    [
                        Comparisons.Above("RobMask's clean accuracy is above that of standard training: adversarial training has become a regulariser.", clean[0]),
                        Comparisons.AllAbove("RobMask's clean accuracy is above that of every strong baseline.", clean),
                    ],
                    Measurements = [.. found.Values.SelectMany(lines => lines).SelectMany(line => line.Measurements())],
                    Differences = [.. clean, .. robust],
                },
                new ReportSection("masks", "RobMask's primary masks", []) { Masks = masks },
                new ReportSection("samples", "What the attack does", []) { Samples = samples },
            ]);
    }
}

using RobMask.Engines;
using RobMask.Experiments.Results;
using RobMask.Masking;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>E2: do clean and adversarial training learn different masks, and does a mask do its work when it is exchanged?</summary>
public sealed class Experiment2TwoMasks : IExperiment
{
    /// <inheritdoc/>
    public string Name => "e2";

    /// <inheritdoc/>
    public string Summary => "two masks: how they differ, layer by layer, and what exchanging them does";

    /// <inheritdoc/>
    public void Validate(RunSettings settings) => Methods.RequireMasks(settings);

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory)
    {
        List<EvaluationLine> clean = [];
        List<EvaluationLine> adversarial = [];
        List<EvaluationLine> foreign = [];
        List<MaskPicture> pictures = [];
        TrainedNetwork? previous = null;
        foreach (ulong seed in laboratory.Settings.AllSeeds())
        {
            TrainedNetwork network = laboratory.Train($"split-seed{seed}", laboratory.Settings.Training with { Method = TrainingMethod.Split, Seed = seed, Split = new SplitSettings() });
            clean.Add(laboratory.Evaluate("clean mask", seed, () => laboratory.Ready(network, network.Deploy())));
            adversarial.Add(laboratory.Evaluate("adversarial mask", seed, () => laboratory.Ready(network, network.Deploy(Branch.Adversarial))));
            pictures.Add(laboratory.Masks("split", seed, network, "clean mask", "adversarial mask"));
            if (previous is not null)
            {
                foreign.Add(Exchange(laboratory, seed, network, previous));
                previous.Dispose();
            }

            previous = network;
        }

        previous?.Dispose();
        AccuracyDifference robust = Comparisons.Robust(adversarial, clean);
        AccuracyDifference natural = Comparisons.Clean(clean, adversarial);
        List<ReportSection> sections =
        [
            new("exchange", "Exchanging the masks", ["One network, trained on clean images under one mask and on attacked images under the other; weights and statistics are shared, so that only (γ, β) differ. Each mask is evaluated, and attacked, on the same images.", "Attack of the evaluation: " + laboratory.Settings.Evaluation.Attack!.Describe()])
            {
                Findings = [Comparisons.AllAbove("Clean and adversarial training learn different masks: exchanging one for the other, all else shared, trades clean for robust accuracy.", natural, robust)],
                Measurements = [.. clean.Concat(adversarial).SelectMany(line => line.Measurements())],
                Differences = [natural, robust],
            },
            new("masks", "The masks, layer by layer", []) { Masks = pictures },
        ];
        if (foreign.Count > 0)
        {
            sections.Insert(1, new ReportSection("foreign", "A mask in a foreign network", ["The control: the adversarial mask of a network in another network of the same architecture that was trained from another seed. A mask selects channels, and the channels of two networks have nothing to do with each other, so that little should be left."])
            {
                Measurements = [.. foreign.SelectMany(line => line.Measurements())],
            });
        }

        return new RunResults("E2 · Two masks", $"{laboratory.Data.Describe()}. How do the masks of clean and of adversarial training differ?", sections);
    }

    // The mask is put back, so that the network is the same afterwards.
    private static EvaluationLine Exchange(Laboratory laboratory, ulong seed, TrainedNetwork network, TrainedNetwork donor)
    {
        MaskSet own = MaskSet.FromPrimary(network.Engine, network.Model, 1);
        MaskSet.FromPrimary(donor.Engine, donor.Model, 1).Install(network.Engine, network.Model, 1);
        EvaluationLine line = laboratory.Evaluate("adversarial mask of another network", seed, () => laboratory.Ready(network, network.Deploy(MaskChoice.Primary(1), "adversarial mask of another network")));
        own.Install(network.Engine, network.Model, 1);
        return line;
    }
}

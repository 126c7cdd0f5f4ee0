using RobMask.Experiments.Results;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>E3: the curve along which a linear combination of two masks trades clean for robust accuracy.</summary>
public sealed class Experiment3TradeoffCurve : IExperiment
{
    /// <inheritdoc/>
    public string Name => "e3";

    /// <inheritdoc/>
    public string Summary => "the trade-off curve: α·clean mask + (1 − α)·adversarial mask of one network";

    /// <inheritdoc/>
    public void Validate(RunSettings settings)
    {
        Methods.RequireMasks(settings);
        if (!settings.Training.Split.SeparateRescaling)
        {
            throw new ArgumentException("experiment e3: the curve needs two masks, so --separate-rescaling must be true");
        }
    }

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory)
    {
        List<Tradeoff> curves = [];
        List<Tradeoff> asTrained = [];
        List<EvaluationLine> landmarks = [];
        List<MaskPicture> masks = [];
        List<SamplePicture> samples = [];
        foreach (ulong seed in laboratory.Settings.AllSeeds())
        {
            TrainingSettings settings = laboratory.Settings.Training with { Seed = seed };
            using TrainedNetwork network = laboratory.Train($"split-seed{seed}", settings with { Method = TrainingMethod.Split });
            IReadOnlyList<Tradeoff> measured = Tradeoff.Measure(laboratory, "split", seed, network);
            curves.Add(measured[0]);
            asTrained.AddRange(measured.Skip(1));
            masks.Add(laboratory.Masks("split", seed, network, "clean mask", "adversarial mask"));
            foreach (TrainingMethod method in (TrainingMethod[])[TrainingMethod.Standard, TrainingMethod.Adversarial])
            {
                string name = Methods.NameOf(method);
                using TrainedNetwork single = laboratory.Train($"{name}-seed{seed}", settings with { Method = method });
                landmarks.Add(laboratory.Evaluate(name, seed, () => single.Deploy()));
                if (samples.Count == 0 || (method == TrainingMethod.Adversarial && seed == laboratory.Settings.Training.Seed))
                {
                    samples.AddRange(laboratory.Samples(name, single.Deploy()));
                }
            }
        }

        string shared = laboratory.Settings.Training.Split.SeparateNormalisation ? "separate normalisation statistics (the curve uses those of the clean branch)" : "shared normalisation statistics, measured anew for every point on clean training images (the curve with the statistics as trained stands beside it)";
        return new RunResults(
            "E3 · The trade-off curve",
            $"{laboratory.Data.Describe()}. One network with two masks, combined linearly.",
            [
                new ReportSection("curve", "The curve", [$"A network of shared weights and {shared} was trained with one mask for clean and one for attacked images. Between its ends only (γ, β) = α·clean + (1 − α)·adversarial moves. Every point is attacked anew: {laboratory.Settings.Evaluation.Attack!.Describe()}."])
                {
                    Findings = Tradeoff.Findings(curves),
                    Curves = [.. curves.Concat(asTrained).Select(curve => curve.Curve)],
                    Landmarks = [.. landmarks.SelectMany(line => line.Measurements())],
                },
                new ReportSection("landmarks", "Networks of one mask, for comparison", []) { Measurements = [.. landmarks.SelectMany(line => line.Measurements())] },
                new ReportSection("masks", "The two masks", []) { Masks = masks },
                new ReportSection("samples", "What the attack does", []) { Samples = samples },
            ]);
    }
}

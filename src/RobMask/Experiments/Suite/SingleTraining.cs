using RobMask.Experiments.Results;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>One network by one method.</summary>
public sealed class SingleTraining : IExperiment
{
    /// <inheritdoc/>
    public string Name => "train";

    /// <inheritdoc/>
    public string Summary => "one network by one method";

    /// <inheritdoc/>
    public void Validate(RunSettings settings)
    {
        if (settings.Training.Method is TrainingMethod.AdvProp or TrainingMethod.Split or TrainingMethod.RobMask)
        {
            Methods.RequireMasks(settings);
        }
    }

    /// <inheritdoc/>
    public RunResults Run(Laboratory laboratory)
    {
        TrainingSettings settings = laboratory.Settings.Training;
        string name = Methods.NameOf(settings.Method);
        using TrainedNetwork network = laboratory.Train(name, settings);
        if (!laboratory.Data.HasTest)
        {
            return new RunResults($"{name}, {settings.Network.Name}, {laboratory.Data.Name}", laboratory.Data.Describe(), []);
        }

        int masks = network.Model.Graph.MaskCount;
        List<EvaluationLine> lines = [laboratory.Evaluate(name, settings.Seed, () => network.Deploy())];
        if (settings.Method is TrainingMethod.Split or TrainingMethod.AdvProp)
        {
            lines.Add(laboratory.Evaluate(name + ", adversarial branch", settings.Seed, () => network.Deploy(Branch.Adversarial)));
        }

        string[] names = settings.Method == TrainingMethod.RobMask ? [.. Enumerable.Range(0, masks).Select(index => $"primary mask {index}")] : ["clean mask", "adversarial mask"];
        return new RunResults(
            $"{name}, {settings.Network.Name}, {laboratory.Data.Name}",
            laboratory.Data.Describe(),
            [
                new ReportSection("accuracy", "Accuracy", ["Attack of the evaluation: " + laboratory.Settings.Evaluation.Attack!.Describe()])
                {
                    Measurements = [.. lines.SelectMany(line => line.Measurements())],
                    Masks = masks > 1 ? [laboratory.Masks(name, settings.Seed, network, names)] : [],
                },
                new ReportSection("samples", "What the attack does", []) { Samples = laboratory.Samples(name, network.Deploy()) },
            ]);
    }
}

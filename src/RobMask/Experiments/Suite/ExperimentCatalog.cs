namespace RobMask.Experiments.Suite;

/// <summary>The experiments by name.</summary>
public static class ExperimentCatalog
{
    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<IExperiment> All { get; } =
    [
        new Demonstration(),
        new SingleTraining(),
        new Experiment1NormalisationAgainstRescaling(),
        new Experiment2TwoMasks(),
        new Experiment3TradeoffCurve(),
        new Experiment4Methods(),
        new Experiment5Ablations(),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(experiment => experiment.Name)];

    /// <summary>The experiment of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IExperiment Find(string name) => All.FirstOrDefault(experiment => experiment.Name == name)
        ?? throw new ArgumentException($"experiment: «{name}» is unknown; known are {string.Join(", ", Names)}", nameof(name));
}

using RobMask.Data;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>Everything that the results of a run depend on: the file <c>config.json</c>.</summary>
public sealed record RunSettings
{
    /// <summary>What is done: a name of <see cref="ExperimentCatalog.Names"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The data set, by name or path.</summary>
    public string Data { get; init; } = "shapes";

    /// <summary>How much of it, and the parameters of the embedded ones. The folder that holds the files is not part of it.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>Network, method, optimiser and training attack; experiments vary the method and the seed.</summary>
    public required TrainingSettings Training { get; init; }

    /// <summary>How networks are evaluated.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();

    /// <summary>Compute in double instead of float.</summary>
    public bool DoublePrecision { get; init; }

    /// <summary>The number of seeds, from <see cref="TrainingSettings.Seed"/> on.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>The points of a trade-off curve.</summary>
    public IReadOnlyList<float> Alphas { get; init; } = [0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 1];

    /// <summary>
    /// On how many clean training images the running statistics are measured anew for each deployed mask, where a network's
    /// masks share statistics; 0 for the statistics as trained.
    /// </summary>
    public int ReestimationImages { get; init; } = 2000;

    /// <summary>How many images masks are compared on.</summary>
    public int MaskImages { get; init; } = 200;

    /// <summary>How many images are shown with their perturbations.</summary>
    public int SampleImages { get; init; } = 6;

    /// <summary>The seeds.</summary>
    /// <returns>Seed, seed + 1, …</returns>
    public IEnumerable<ulong> AllSeeds() => Enumerable.Range(0, Seeds).Select(offset => Training.Seed + (ulong)offset);

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        Training.Validate();
        Evaluation.Attack?.Validate(Training.Network.Classes);
        if (Seeds < 1 || Alphas.Count < 2 || MaskImages < 1 || SampleImages < 0 || ReestimationImages < 0)
        {
            throw new ArgumentException($"run: {Seeds} seeds, {Alphas.Count} points of the curve, {MaskImages} images for masks, {SampleImages} samples, {ReestimationImages} images for statistics; at least 1, 2, 1, 0, 0 are needed");
        }
    }
}

using System.Text.Json.Serialization;
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

    /// <summary>Early evaluations and kept checkpoints; null for neither.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MonitoringSettings? Monitoring { get; init; }

    /// <summary>The seeds.</summary>
    /// <returns>Seed, seed + 1, …</returns>
    public IEnumerable<ulong> AllSeeds() => Enumerable.Range(0, Seeds).Select(offset => Training.Seed + (ulong)offset);

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        Training.Validate();
        Evaluation.Validate(Training.Network.Classes);
        Monitoring?.Validate();
        Require(Evaluation.Attack is not null, "the evaluation has no attack; a run measures robust accuracy");
        Require(Seeds >= 1, $"--seeds {Seeds}; at least 1 is needed");
        Require(Training.Seed <= ulong.MaxValue - (ulong)(Seeds - 1), $"--seeds {Seeds} from --seed {Training.Seed} on: the last would be above {ulong.MaxValue}");
        Require(MaskImages >= 1, $"--mask-images {MaskImages}; at least 1 is needed");
        Require(SampleImages >= 0, $"--sample-images {SampleImages}; 0 or more are allowed");
        Require(ReestimationImages >= 0, $"--reestimation-images {ReestimationImages}; 0 or more are allowed");
        Require(Alphas.Count >= 2, $"--alphas gives {Alphas.Count} points; a curve needs at least 2");
        RequireDistinct(Alphas);
    }

    /// <summary>Checks the points of a curve.</summary>
    /// <exception cref="ArgumentException">One is not finite, or comes twice.</exception>
    public static void RequireDistinct(IReadOnlyList<float> alphas)
    {
        Require(alphas.All(float.IsFinite), "--alphas: every point must be finite");
        float[] twice = [.. alphas.GroupBy(alpha => alpha).Where(group => group.Count() > 1).Select(group => group.Key)];
        Require(twice.Length == 0, $"--alphas: {string.Join(", ", twice.Select(Reporting.ReportText.Exact))} comes more than once");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException("run: " + message);
        }
    }
}

using System.Text.Json.Serialization;

namespace RobMask.Experiments.Runs;

/// <summary>One line of <c>metrics.jsonl</c>: one epoch of one training. It holds no times, so equal runs have equal bytes.</summary>
/// <param name="Training">Which training of the run.</param>
/// <param name="Epoch">How many epochs are done, from 1.</param>
public sealed record EpochLine(string Training, int Epoch)
{
    /// <summary>The learning rate of the epoch's last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>The objective, averaged over the epoch's images.</summary>
    public double Loss { get; init; }

    /// <summary>Accuracy on the unperturbed training images as they were seen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CleanAccuracy { get; init; }

    /// <summary>Accuracy on the perturbed training images as they were seen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RobustAccuracy { get; init; }

    /// <summary>Accuracy on the test images, where it is measured each epoch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TestAccuracy { get; init; }

    /// <summary>Accuracy on the attacked test images, likewise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TestRobustAccuracy { get; init; }

    /// <summary>On how many test images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TestImages { get; init; }
}

/// <summary>One line of <c>timings.jsonl</c>.</summary>
/// <param name="Training">Which training, or what else was done.</param>
/// <param name="Epoch">How many epochs are done, or 0.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record TimingLine(string Training, int Epoch, double Seconds);

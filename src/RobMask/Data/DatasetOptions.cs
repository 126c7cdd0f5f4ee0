using System.Text.Json.Serialization;

namespace RobMask.Data;

/// <summary>How a data set is found and how much of it is used.</summary>
public sealed record DatasetOptions
{
    /// <summary>The folder that holds the data sets; null: REFERENCE_DATA, then <c>../shared/data</c>.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Use so many training images, balanced over the classes; null: all.</summary>
    public int? TrainCount { get; init; }

    /// <summary>Use so many test images, balanced over the classes; null: all.</summary>
    public int? TestCount { get; init; }

    /// <summary>CIFAR-100: the 20 coarse classes instead of the 100 fine ones.</summary>
    public bool CoarseLabels { get; init; }

    /// <summary>
    /// Read a folder of images of any sizes, decoded when they are needed, as squares of so many rows and columns; null:
    /// a folder's images are all of one size and held in memory.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ImageSize { get; init; }

    /// <summary>The parameters of <c>shapes</c>.</summary>
    public ShapesOptions Shapes { get; init; } = new();

    /// <summary>The parameters of <c>gaussian</c>.</summary>
    public GaussianOptions Gaussian { get; init; } = new();
}

namespace RobMask.Networks;

/// <summary>Which network, for which images. A value: it is written to run folders and checkpoints.</summary>
public sealed record NetworkSettings
{
    /// <summary>A name of <see cref="NetworkCatalog.Names"/>.</summary>
    public required string Name { get; init; }

    /// <summary>C, the channels of an image.</summary>
    public required int Channels { get; init; }

    /// <summary>H, the rows of an image.</summary>
    public required int Height { get; init; }

    /// <summary>W, the columns of an image.</summary>
    public required int Width { get; init; }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>k ≥ 1, the primary masks of every rescaling layer.</summary>
    public int MaskCount { get; init; } = 1;

    /// <summary>s ≥ 1, the sets of running statistics of every normalisation.</summary>
    public int StatisticsSets { get; init; } = 1;

    /// <summary>
    /// The depth: blocks of <c>cnn</c> (default 4), layers of <c>wide_resnet</c> (6n + 4, default 28); elsewhere fixed.
    /// </summary>
    public int? Depth { get; init; }

    /// <summary>
    /// The width: channels of the first block of <c>cnn</c> (default 16), the factor of <c>wide_resnet</c> (default 10),
    /// the width of a group of <c>resnext29</c> (default 4).
    /// </summary>
    public int? WidthFactor { get; init; }

    /// <summary>The number of groups of <c>resnext29</c> (default 32).</summary>
    public int? Cardinality { get; init; }

    /// <summary>The mean of each channel that the network subtracts first; null for none.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>The standard deviation of each channel that the network divides by; null for none.</summary>
    public IReadOnlyList<float>? StandardDeviation { get; init; }

    /// <summary>The layers of <c>sequential</c>, in the language of <see cref="SequentialNetwork"/>.</summary>
    public string? Layers { get; init; }
}

namespace RobMask.Experiments.Results;

/// <summary>One part of a report. What is empty is not drawn.</summary>
/// <param name="Id">A short name, for links: «e3».</param>
/// <param name="Title">The heading.</param>
/// <param name="Text">What was done, one paragraph a string.</param>
public sealed record ReportSection(string Id, string Title, IReadOnlyList<string> Text)
{
    /// <summary>Claims of the paper and what this run says of them.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>Accuracies.</summary>
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>Differences of accuracies.</summary>
    public IReadOnlyList<AccuracyDifference> Differences { get; init; } = [];

    /// <summary>Curves along the combination of two masks.</summary>
    public IReadOnlyList<TradeoffCurve> Curves { get; init; } = [];

    /// <summary>Networks that are shown beside the curves as single points, and not in a table of their own.</summary>
    public IReadOnlyList<Measurement> Landmarks { get; init; } = [];

    /// <summary>Masks, layer by layer.</summary>
    public IReadOnlyList<MaskPicture> Masks { get; init; } = [];

    /// <summary>Images and what an attack made of them.</summary>
    public IReadOnlyList<SamplePicture> Samples { get; init; } = [];
}

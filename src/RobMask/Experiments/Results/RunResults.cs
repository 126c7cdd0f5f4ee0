namespace RobMask.Experiments.Results;

/// <summary>All that a run measured: the file <c>results.json</c>, from which the report is drawn.</summary>
/// <param name="Title">The report's heading.</param>
/// <param name="Summary">What the run was, in a sentence or two.</param>
/// <param name="Sections">Its parts, in reading order.</param>
public sealed record RunResults(string Title, string Summary, IReadOnlyList<ReportSection> Sections);

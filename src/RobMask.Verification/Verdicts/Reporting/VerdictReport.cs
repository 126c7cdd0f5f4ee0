namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>Verdicts on one or many operations, as they are printed, written as JSON or drawn as a page.</summary>
/// <param name="Title">What was judged, in a few words.</param>
/// <param name="Operations">The verdicts, in the order in which the operations ran.</param>
public sealed record VerdictReport(string Title, IReadOnlyList<OperationVerdict> Operations)
{
    /// <summary>Facts for the head: files, declared precision, device.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>Further tables.</summary>
    public IReadOnlyList<VerdictTable> Tables { get; init; } = [];

    /// <summary>The worst verdict.</summary>
    public Verdict Verdict => Operations.Count == 0 ? Verdict.Unproven : Operations.Max(operation => operation.Verdict);

    /// <summary>Whether every declared precision is kept; where nothing was judged, nothing is known to be.</summary>
    public bool IsKept => !IsEmpty && Operations.All(operation => operation.IsKept);

    /// <summary>Whether no output was judged at all.</summary>
    internal bool IsEmpty => Operations.All(operation => operation.Outputs.Count == 0);

    /// <summary>The first operation that is wrong; null where none is.</summary>
    public OperationVerdict? FirstWrong => Operations.FirstOrDefault(operation => operation.Verdict == Verdict.Wrong);
}

/// <summary>A table of a report.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Head">The columns' names.</param>
/// <param name="Rows">The cells.</param>
public sealed record VerdictTable(string Title, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows);

namespace RobMask.Verification.Audits;

/// <summary>The audit of a run.</summary>
/// <param name="Run">The run folder.</param>
/// <param name="Steps">The recorded steps, by training and number.</param>
/// <param name="Missing">Records that the run must have left and that are not there.</param>
public sealed record AuditReport(string Run, IReadOnlyList<AuditedStep> Steps, IReadOnlyList<string> Missing)
{
    /// <summary>What the audit could not look at, in words; no failure.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The version of the JSON form.</summary>
    public int Version { get; } = 1;

    /// <summary>That of the worst step.</summary>
    public AuditVerdict Verdict => Missing.Count > 0 ? AuditVerdict.Wrong : Steps.Max(step => step.Verdict);

    /// <summary>Whether every step is what the run says that it is.</summary>
    public bool IsKept => Verdict <= AuditVerdict.NotChecked;
}

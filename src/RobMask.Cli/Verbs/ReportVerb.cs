using System.CommandLine;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Runs;

namespace RobMask.Cli.Verbs;

/// <summary><c>report</c>.</summary>
internal static class ReportVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string> folder = new("folder") { HelpName = "RUN", Description = "the folder of a run that has ended" };
        Verb verb = new(
            "report",
            "draw the report of a run folder again",
            "Draws report.html again from the other files of a run folder.",
            ("after an update of robmask", "robmask report runs/e3"));
        verb.Arguments.Add(folder);
        return verb.Does(parsed =>
        {
            shell.Output.WriteLine($"report: {ReportPage.Write(RunFolder.Existing(parsed.GetRequiredValue(folder)))}");
            return ExitCodes.Done;
        });
    }
}

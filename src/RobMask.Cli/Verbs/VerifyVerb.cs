using RobMask.Checkpoints;
using RobMask.Cli.Terminal;
using RobMask.Verification.Verdicts.Reporting;

namespace RobMask.Cli.Verbs;

/// <summary><c>verify</c> and its verbs.</summary>
internal static class VerifyVerb
{
    public static Verb Create(Shell shell)
    {
        Verb verb = new(
            "verify",
            "is this result right? verdicts by proven bounds",
            "Judges results that a GPU or another program computed, element by element, by proven error bounds for the precision that it declares: bitwise, within, explained by a less precise arithmetic, wrong (with a guess at the cause), or unproven. Exit code 0: nothing is wrong; 1: something is, or the declared precision is not kept; 3: a file is.",
            ("one operation", "robmask verify op conv2d --in case.npz --got gpu.npz --attr padding=1 --precision tf32"),
            ("a recorded training step", "robmask verify trace step.safetensors"),
            ("a case of the golden corpus", "robmask verify golden conv2d.3x3.npz"));
        verb.Subcommands.Add(VerifyOpVerb.Create(shell));
        verb.Subcommands.Add(VerifyTraceVerb.Create(shell));
        verb.Subcommands.Add(VerifyGoldenVerb.Create(shell));
        return verb;
    }

    /// <summary>Prints a report, draws its page where one is asked for, and gives the exit code.</summary>
    public static int Give(Shell shell, VerdictReport report, string? page, bool json)
    {
        if (page is not null)
        {
            VerdictPage.Write(page, report);
        }

        if (json)
        {
            shell.Output.WriteLine(VerdictJson.Of(report));
        }
        else
        {
            VerdictPrinter.Write(shell.Output, report);
        }

        return report.IsKept ? ExitCodes.Done : ExitCodes.CheckFailed;
    }

    /// <summary>Checks, before any work, that a page can be written.</summary>
    public static void RequirePage(string? page)
    {
        if (page is not null)
        {
            AtomicFile.RequireWritable(page);
        }
    }
}

using System.CommandLine;
using RobMask.Checkpoints;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Verification.Steps;

namespace RobMask.Cli.Verbs;

/// <summary><c>collect</c>.</summary>
internal static class CollectVerb
{
    public static Verb Create(Shell shell)
    {
        Argument<string> folder = new("STEPS") { Description = "the folder of steps that a script such as bench/gpu-check.sh has left" };
        Option<string> title = new("--title") { HelpName = "TEXT", Description = "the heading (default: check)", DefaultValueFactory = _ => "check" };
        Option<string?> file = new("--json-file") { HelpName = "FILE", Description = "write everything as one JSON object" };
        Option<string?> page = new("--html") { HelpName = "FILE", Description = "draw one page that needs no other file" };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Verb verb = new Verb(
            "collect",
            "one JSON and one page from the steps of a script",
            "Reads the folder in which a script has left its steps (command, exit code, seconds, output of each), finished or not, and writes one JSON object and one HTML page. Exit code 1 where a step failed, took too long, did not run or is missing.",
            ("what bench/gpu-check.sh ends with", "robmask collect gpu-check/steps --title gpu-check --json-file gpu-check.json --html gpu-check.html"))
            .With(new OptionGroup("Files", file, page), new OptionGroup("Output", title, json))
            .Does(parsed =>
            {
                VerifyVerb.RequirePage(parsed.GetValue(page));
                ScriptRun script = ScriptRun.Read(parsed.GetRequiredValue(folder));
                string text = StepText.Json(parsed.GetValue(title)!, script);
                if (parsed.GetValue(file) is string path)
                {
                    AtomicFile.WriteText(path, text + "\n");
                }

                if (parsed.GetValue(page) is string html)
                {
                    StepPage.Write(html, parsed.GetValue(title)!, script);
                }

                if (parsed.GetValue(json))
                {
                    shell.Output.WriteLine(text);
                }
                else
                {
                    TextTable.Write(shell.Output, ["step", "seconds", "state"], script.Steps.Select(step => (IReadOnlyList<string>)[step.Name, StepText.Seconds(step.Seconds), StepText.Name(step.State)]));
                    shell.Output.WriteLine();
                    shell.Output.WriteLine(StepText.Summary(script));
                }

                return script.Passed ? ExitCodes.Done : ExitCodes.CheckFailed;
            });
        verb.Arguments.Add(folder);
        return verb;
    }
}

using RobMask.Checkpoints;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Runs;

namespace RobMask.Verification.Steps;

/// <summary>A run of a script as one HTML page that needs no script and no other file.</summary>
public static class StepPage
{
    /// <summary>Writes the page, complete or not at all.</summary>
    public static void Write(string path, string title, ScriptRun run) => AtomicFile.WriteText(path, Render(title, run));

    /// <summary>The text of the page.</summary>
    public static string Render(string title, ScriptRun run)
    {
        HtmlWriter html = new();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Element("title", title + " · RobMask");
        html.Raw("<style>\n" + ReportStyle.Css + "\n</style></head><body>");
        html.Element("header", () =>
        {
            html.Element("h1", title);
            html.Element("p", StepText.Summary(run), run.Passed ? "right" : "wrong");
        });
        html.Element("main", () =>
        {
            Facts(html, run);
            Overview(html, run);
            Speeds(html, run);
            foreach (StepRecord step in run.Steps)
            {
                html.Element("section", () => Step(html, step));
            }
        });
        html.Element("footer", () => html.Element("p", "Every command can be typed again as it stands. Bounds are proven in docs/bounds.md; docs/gpu.md says what each step is for."));
        html.Raw("</body></html>");
        return html.ToString();
    }

    private static void Facts(HtmlWriter html, ScriptRun run)
    {
        if (run.Facts.Count > 0)
        {
            html.Element("section", () =>
            {
                html.Element("h2", "Where");
                html.Table("This run", ["", ""], run.Facts.Select(fact => (IReadOnlyList<string>)[fact.Key, fact.Value]), numbersFrom: 2);
            });
        }
    }

    private static void Overview(HtmlWriter html, ScriptRun run) => html.Element("section", () =>
    {
        html.Element("h2", "Steps");
        html.Table(
            "In the order in which they were begun",
            ["step", "state", "what came out", "exit code", "seconds"],
            run.Steps.Select(step => (IReadOnlyList<string>)[step.Name, StepText.Name(step.State), step.Reason ?? string.Join("; ", step.Findings.Take(3)), step.Exit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "–", StepText.Seconds(step.Seconds)]),
            numbersFrom: 3);
    });

    private static void Speeds(HtmlWriter html, ScriptRun run)
    {
        IReadOnlyList<IReadOnlyList<string>> rows = StepText.Speeds(run);
        if (rows.Count > 0)
        {
            html.Element("section", () =>
            {
                html.Element("h2", "Throughput");
                html.Table("Training images a second, and the most memory on the device", ["precision", "robmask", "PyTorch", "ratio", "robmask MiB", "PyTorch MiB"], rows);
            });
        }
    }

    private static void Step(HtmlWriter html, StepRecord step)
    {
        html.Element("h2", step.Name);
        html.Element("div", () =>
        {
            html.Element("b", StepText.Name(step.State));
            foreach (string line in step.Reason is null ? step.Findings : [step.Reason])
            {
                html.Element("p", line);
            }
        }, step.State switch { StepState.Passed => "finding shown", StepState.Skipped => "finding undecided", _ => "finding notshown" });
        if (step.Command is not null)
        {
            html.Element("pre", step.Command);
        }

        Details(html, "Messages", step.Messages, open: !step.IsFine);
        Details(html, "Output", step.Output, open: !step.IsFine);
        Details(html, "Result", step.Result?.ToJsonString(RunJson.File) ?? string.Empty, open: false);
    }

    private static void Details(HtmlWriter html, string title, string text, bool open)
    {
        if (text.Length > 0)
        {
            html.Raw(open ? "<details open>" : "<details>");
            html.Element("summary", title);
            html.Element("pre", text);
            html.Raw("</details>");
        }
    }
}

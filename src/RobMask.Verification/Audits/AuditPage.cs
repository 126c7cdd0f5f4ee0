using RobMask.Checkpoints;
using RobMask.Experiments.Reporting;

namespace RobMask.Verification.Audits;

/// <summary>An audit as one HTML page that needs no script and no other file.</summary>
public static class AuditPage
{
    private const int MostShown = 60;

    /// <summary>Writes the page, complete or not at all.</summary>
    public static void Write(string path, AuditReport report) => AtomicFile.WriteText(path, Render(report));

    /// <summary>The text of the page.</summary>
    public static string Render(AuditReport report)
    {
        HtmlWriter html = new();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Element("title", "Audit · RobMask");
        html.Raw("<style>\n" + ReportStyle.Css + "\n</style></head><body>");
        html.Element("header", () =>
        {
            html.Element("h1", "Audit of " + Path.GetFileName(report.Run));
            html.Element("p", AuditText.Summary(report), report.IsKept ? "right" : "wrong");
            html.Element("p", string.Join(" · ", report.Steps.Select(step => step.Engine).Distinct()), "soft");
        });
        html.Element("main", () =>
        {
            html.Element("section", () =>
            {
                html.Element("h2", "Steps");
                html.Table("By training and number", AuditText.Head, report.Steps.Select(AuditText.Cells), numbersFrom: 10);
            });
            foreach (AuditedStep step in report.Steps.OrderByDescending(step => step.Verdict).Take(MostShown))
            {
                html.Element("section", () => Step(html, step));
            }
        });
        html.Element("footer", () => html.Element("p", "docs/audit.md says what is certain, bounded and measured. A cause is a guess, a verdict is not."));
        html.Raw("</body></html>");
        return html.ToString();
    }

    private static void Step(HtmlWriter html, AuditedStep step)
    {
        html.Element("h2", $"{step.Training}, step {step.Step}: {AuditText.Name(step)}");
        foreach (string cause in step.Causes)
        {
            html.Element("p", "Cause, a guess: " + cause);
        }

        html.Table("Checks", ["check", "kind", "verdict", "detail"], step.Checks.Select(check => (IReadOnlyList<string>)[check.Name, check.Kind, AuditText.Name(check.Verdict), check.Detail]), numbersFrom: 4);
        html.Table(
            FormattableString.Invariant($"Distance to the step in double, in units of one step's rounding noise in {step.Arithmetic}; up to {step.Factor} are allowed"),
            ["tensor", "elements", "root mean square", "largest", "relative to the tensor"],
            step.Tensors.OrderByDescending(tensor => tensor.Ratio).Take(MostShown).Select(tensor => (IReadOnlyList<string>)
            [
                tensor.Name, $"{tensor.Elements}", FormattableString.Invariant($"{tensor.Rms:G3}"), FormattableString.Invariant($"{tensor.Largest:G3}"), FormattableString.Invariant($"{tensor.Relative:G3}"),
            ]));
    }
}

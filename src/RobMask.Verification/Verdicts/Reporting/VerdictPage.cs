using System.Globalization;
using RobMask.Checkpoints;
using RobMask.Experiments.Reporting;
using RobMask.Verification.Verdicts.Details;

namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>A report as one HTML page that needs no script and no other file.</summary>
public static class VerdictPage
{
    private const int MostShown = 60;

    /// <summary>Writes the page, complete or not at all.</summary>
    public static void Write(string path, VerdictReport report) => AtomicFile.WriteText(path, Render(report));

    /// <summary>The text of the page.</summary>
    public static string Render(VerdictReport report)
    {
        HtmlWriter html = new();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Element("title", report.Title + " · RobMask verdicts");
        html.Raw("<style>\n" + ReportStyle.Css + "\n</style></head><body>");
        html.Element("header", () =>
        {
            html.Element("h1", report.Title);
            html.Element("p", VerdictText.Summary(report), report.IsKept ? "right" : "wrong");
            html.Element("p", string.Join(" · ", report.Facts.Select(fact => $"{fact.Key}: {fact.Value}")), "soft");
        });
        html.Element("main", () =>
        {
            Overview(html, report);
            foreach (VerdictTable table in report.Tables)
            {
                html.Element("section", () =>
                {
                    html.Element("h2", table.Title);
                    html.Table(table.Title, table.Head, table.Rows);
                });
            }

            // Of a network's hundreds of outputs, those first that are not as they should be, then those nearest to their bounds.
            (OperationVerdict Operation, TensorVerdict Tensor)[] all = [.. report.Operations.SelectMany(operation => operation.Outputs.Select(tensor => (operation, tensor)))];
            HashSet<TensorVerdict> shown = [.. all.OrderByDescending(pair => pair.Tensor.Verdict).ThenByDescending(pair => pair.Tensor.Gauge).Take(MostShown).Select(pair => pair.Tensor)];
            foreach ((OperationVerdict operation, TensorVerdict tensor) in all.Where(pair => shown.Contains(pair.Tensor)))
            {
                html.Element("section", () => Output(html, operation, tensor));
            }

            if (all.Length > shown.Count)
            {
                html.Element("p", string.Create(CultureInfo.InvariantCulture, $"{all.Length - shown.Count} further outputs are in the table alone: theirs are the best verdicts and the least errors."), "soft");
            }
        });
        html.Element("footer", () => html.Element("p", "Bounds are proven in docs/bounds.md; docs/verification.md says how verdicts, gauge and bias are read. A cause is a guess, a verdict is not."));
        html.Raw("</body></html>");
        return html.ToString();
    }

    private static void Overview(HtmlWriter html, VerdictReport report) => html.Element("section", () =>
    {
        html.Element("h2", "Verdicts");
        html.Table(
            "By operation, in the order in which they ran",
            ["operation", "output", "verdict", "cause", "theorem", "bitwise", "error / bound", "bias z", "outside"],
            report.Operations.SelectMany(operation => operation.Outputs.Select(tensor => Row(VerdictText.Cells(operation, tensor), tensor))),
            numbersFrom: 5);
        html.Figure(GaugePlot.Render("Histogram of error / bound", VerdictText.Histogram(report)), "Every element with a proven bound; heights by the logarithm of the count. Beyond 1 an element is wrong in the declared precision.");
    });

    private static IReadOnlyList<string> Row(IReadOnlyList<string> cells, TensorVerdict tensor) => [.. cells.Take(3), tensor.Cause ?? string.Empty, tensor.Theorem ?? "–", .. cells.Skip(3)];

    private static void Output(HtmlWriter html, OperationVerdict operation, TensorVerdict tensor)
    {
        html.Element("h2", $"{operation.Label}, {tensor.Name}");
        html.Element("div", () =>
        {
            html.Element("b", VerdictText.Name(tensor));
            html.Element("p", $"{operation.Operation} {tensor.Shape}, stored as {tensor.Stored}, declared {tensor.Declared}; {(tensor.Theorem is null ? "no proven bound" : "theorem " + tensor.Theorem)}");
            foreach (string remark in VerdictText.Remarks(tensor))
            {
                html.Element("p", remark);
            }
        }, tensor.Verdict switch { Verdict.Wrong => "finding notshown", Verdict.Explained or Verdict.Unproven => "finding undecided", _ => "finding shown" });
        if (operation.Attributes.Count > 0)
        {
            html.Element("p", "attributes: " + string.Join(", ", operation.Attributes.Select(attribute => $"{attribute.Key} = {attribute.Value}")), "soft");
        }

        if (tensor.Maps is not null)
        {
            html.Figure(GaugePlot.Render($"Histogram of error / bound of {tensor.Name}", tensor.Histogram.Counts), "Elements by error / bound.");
            MapView.Write(html, tensor.Maps);
        }

        Worst(html, tensor);
    }

    private static void Worst(HtmlWriter html, TensorVerdict tensor)
    {
        if (tensor.Worst.Count == 0)
        {
            return;
        }

        html.Table(
            "The worst elements",
            ["place", "got", "expected", "difference", "bound", "error / bound"],
            tensor.Worst.Select(element => (IReadOnlyList<string>)
            [
                VerdictText.Position(tensor.Shape, element.Index), VerdictText.Exact(element.Got), VerdictText.Exact(element.Expected),
                VerdictText.Number(element.Got - element.Expected), VerdictText.Number(element.Bound), VerdictText.Number(element.Gauge),
            ]));
        foreach (ElementOperands operands in tensor.Operands)
        {
            html.Raw("<details><summary>" + SvgWriter.Escape($"What {VerdictText.Position(tensor.Shape, operands.Index)} was computed from") + "</summary>");
            html.Table(
                operands.Rows.Count < operands.Terms ? string.Create(CultureInfo.InvariantCulture, $"The {operands.Rows.Count} greatest of {operands.Terms}") : "All of it",
                operands.Head,
                operands.Rows);
            html.Raw("</details>");
        }
    }
}

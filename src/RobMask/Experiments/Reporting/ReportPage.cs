using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws <c>report.html</c> from a run folder and nothing else: one page that needs no script and no other file.</summary>
public static class ReportPage
{
    /// <summary>Writes the report into its folder.</summary>
    /// <returns>The path of the page.</returns>
    public static string Write(RunFolder folder)
    {
        AtomicFile.WriteText(folder.Report, Render(folder));
        return folder.Report;
    }

    /// <summary>The text of the page.</summary>
    public static string Render(RunFolder folder)
    {
        RunResults results = folder.ReadResults();
        RunEnvironment environment = folder.ReadEnvironment();
        IReadOnlyList<EpochLine> epochs = folder.Metrics.Read<EpochLine>();
        HtmlWriter html = new();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Element("title", results.Title + " · RobMask");
        html.Raw("<style>\n" + ReportStyle.Css + "\n</style></head><body>");
        html.Element("header", () =>
        {
            html.Element("h1", results.Title);
            html.Element("p", results.Summary);
            html.Element("p", $"RobMask {environment.Version} · {environment.Processor} · {environment.Threads} threads · {environment.Runtime}", "soft");
            Navigation(html, results, epochs.Count > 0);
        });
        html.Element("main", () =>
        {
            foreach (ReportSection section in results.Sections)
            {
                SectionView.Write(html, section, folder);
            }

            if (epochs.Count > 0)
            {
                TrainingCurves.Write(html, epochs);
            }

            Settings(html, folder.ReadConfig(), environment);
        });
        html.Element("footer", () => html.Element("p", "Intervals: 95 %, Clopper and Pearson for one accuracy, paired bootstrap for a difference. Drawn from this run's folder; `robmask report` draws it again."));
        html.Raw("</body></html>");
        return html.ToString();
    }

    private static void Navigation(HtmlWriter html, RunResults results, bool curves)
    {
        IEnumerable<string> links = results.Sections.Select(section => $"<a href=\"#{SvgWriter.Escape(section.Id)}\">{SvgWriter.Escape(section.Title)}</a>");
        html.Raw("<nav aria-label=\"Parts\">" + string.Concat(links) + (curves ? "<a href=\"#training\">Training</a>" : string.Empty) + "<a href=\"#settings\">Settings</a></nav>");
    }

    private static void Settings(HtmlWriter html, JsonNode config, RunEnvironment environment)
    {
        html.Raw("<section id=\"settings\">");
        html.Element("h2", "Settings");
        html.Element("p", "Every setting of the run, as config.json holds it; the same settings give the same bits on every machine.");
        List<string[]> rows = [];
        Flatten(string.Empty, config, rows);
        html.Table("Settings", ["setting", "value"], rows, numbersFrom: 2);
        html.Element("h3", "Where it ran");
        JsonNode? place = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(environment, RunJson.Line));
        rows = [];
        Flatten(string.Empty, place, rows);
        html.Table("Environment: none of it changes a bit of the results", ["", ""], rows, numbersFrom: 2);
        html.Raw("</section>");
    }

    private static void Flatten(string path, JsonNode? node, List<string[]> rows)
    {
        if (node is JsonObject members)
        {
            foreach ((string key, JsonNode? value) in members)
            {
                Flatten(path.Length == 0 ? key : $"{path}.{key}", value, rows);
            }
        }
        else if (node is not null)
        {
            rows.Add([path, node is JsonValue value && value.TryGetValue(out string? text) ? text : node.ToJsonString(RunJson.Line)]);
        }
    }
}

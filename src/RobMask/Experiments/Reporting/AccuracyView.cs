using RobMask.Experiments.Results;
using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws accuracies as a dot plot and a table; with several seeds, also their mean and range.</summary>
internal static class AccuracyView
{
    public static void Write(HtmlWriter html, IReadOnlyList<Measurement> measurements)
    {
        string[] conditions = [.. measurements.Select(one => one.Condition).Distinct()];
        (string Network, ulong Seed)[] keys = [.. measurements.Select(one => (one.Network, one.Seed)).Distinct()];
        bool seeds = keys.Select(key => key.Seed).Distinct().Count() > 1;
        DotRow[] rows =
        [
            .. keys.Select(key => new DotRow(
                seeds ? $"{key.Network} · seed {key.Seed}" : key.Network,
                [.. conditions.Select(condition => measurements.FirstOrDefault(one => (one.Network, one.Seed) == key && one.Condition == condition)?.Accuracy)])),
        ];
        int images = measurements.Max(one => one.Accuracy.Count);
        string description = string.Join("; ", rows.Select(row => row.Label + ": " + string.Join(", ", conditions.Zip(row.Values).Where(pair => pair.Second is not null).Select(pair => $"{pair.First} {ReportText.Percent(pair.Second!.Fraction)}"))));
        html.Figure(DotPlot.Render("Accuracies with 95 % intervals", description, conditions, rows), $"Accuracy on {images} test images with 95 % intervals.");
        html.Table(
            "Accuracy [95 % interval of Clopper and Pearson]",
            ["network", .. conditions],
            rows.Select(row => (IReadOnlyList<string>)[row.Label, .. row.Values.Select(value => value is null ? "–" : ReportText.WithInterval(value))]));
        if (seeds)
        {
            html.Table(
                "Mean over seeds (least to greatest)",
                ["network", .. conditions],
                keys.Select(key => key.Network).Distinct().Select(network => (IReadOnlyList<string>)
                    [network, .. conditions.Select(condition => OverSeeds([.. measurements.Where(one => one.Network == network && one.Condition == condition).Select(one => one.Accuracy)]))]));
        }
    }

    private static string OverSeeds(IReadOnlyList<Accuracy> values) => values.Count == 0
        ? "–"
        : $"{ReportText.Percent(values.Average(value => value.Fraction))} [{ReportText.Percent(values.Min(value => value.Fraction))} to {ReportText.Percent(values.Max(value => value.Fraction))}]";
}

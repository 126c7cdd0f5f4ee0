using RobMask.Experiments.Results;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws trade-off curves: accuracy against α, and robust against clean accuracy.</summary>
internal static class CurveView
{
    public static void Write(HtmlWriter html, IReadOnlyList<TradeoffCurve> curves, IReadOnlyList<Measurement> networks)
    {
        string attack = curves[0].Attack;
        List<PlotSeries> along = [];
        List<PlotSeries> plane = [];
        for (int i = 0; i < curves.Count; i++)
        {
            TradeoffCurve curve = curves[i];
            string suffix = curves.Count == 1 ? string.Empty : $" ({curve.Network}, seed {curve.Seed})";
            along.Add(new PlotSeries("clean" + suffix, 0, [.. curve.Points.Select(point => new PlotPoint(point.Alpha, point.Clean.Fraction, Title(point)) { YInterval = point.Clean.Interval })]) { Band = true, Dashed = i % 2 == 1 });
            along.Add(new PlotSeries("attacked" + suffix, 1, [.. curve.Points.Select(point => new PlotPoint(point.Alpha, point.Robust.Fraction, Title(point)) { YInterval = point.Robust.Interval })]) { Band = true, Dashed = i % 2 == 1 });
            plane.Add(new PlotSeries("combinations" + suffix, 2, [.. curve.Points.Select((point, at) => OnPlane(point, at == 0 || at == curve.Points.Count - 1))]) { Dashed = i % 2 == 1 });
        }

        PlotPoint[] singles = [.. Singles(networks, attack)];
        if (singles.Length > 0)
        {
            plane.Add(new PlotSeries("networks of one mask", 3, singles) { Line = false });
        }

        string words = "Along α from 0 (adversarial mask) to 1 (clean mask): " + string.Join("; ", curves[0].Points.Select(Title));
        html.Raw("<div class=\"pair\">");
        html.Figure(
            LinePlot.Render("Accuracy along the combination of two masks", words, new Axis("α, the weight of the clean mask", 0, 1), Around("accuracy", along, point => point.Y, point => point.YInterval), along),
            "One network, two masks, (γ, β) = α·clean + (1 − α)·adversarial. Each point is attacked anew. Bands: 95 % intervals.");
        html.Figure(
            LinePlot.Render("Robust against clean accuracy", words, Around("clean accuracy", plane, point => point.X, point => point.XInterval), Around($"accuracy under {attack}", plane, point => point.Y, point => point.YInterval), plane),
            "The same points as a trade-off: right is better on clean images, up is better under attack.");
        html.Raw("</div>");
        html.Raw("<details><summary>The curve in figures</summary>");
        html.Table(
            $"Accuracy along α; attack: {attack}",
            ["network", "α", "clean", "attacked"],
            curves.SelectMany(curve => curve.Points.Select(point => (IReadOnlyList<string>)
                [$"{curve.Network}, seed {curve.Seed}", ReportText.Exact(point.Alpha), ReportText.WithInterval(point.Clean), ReportText.WithInterval(point.Robust)])));
        html.Raw("</details>");
    }

    private static string Title(TradeoffPoint point) =>
        $"α = {ReportText.Exact(point.Alpha)}: clean {ReportText.Percent(point.Clean.Fraction)}, attacked {ReportText.Percent(point.Robust.Fraction)}";

    private static PlotPoint OnPlane(TradeoffPoint point, bool end) => new(point.Clean.Fraction, point.Robust.Fraction, Title(point))
    {
        XInterval = point.Clean.Interval,
        YInterval = point.Robust.Interval,
        Label = end ? $"α = {ReportText.Exact(point.Alpha)}" : null,
    };

    private static IEnumerable<PlotPoint> Singles(IReadOnlyList<Measurement> networks, string attack)
    {
        foreach (Measurement robust in networks.Where(one => one.Condition == attack))
        {
            Measurement? clean = networks.FirstOrDefault(one => one.Condition == "clean" && (one.Network, one.Seed) == (robust.Network, robust.Seed));
            if (clean is not null)
            {
                yield return new PlotPoint(clean.Accuracy.Fraction, robust.Accuracy.Fraction, $"{robust.Network}: clean {ReportText.Percent(clean.Accuracy.Fraction)}, attacked {ReportText.Percent(robust.Accuracy.Fraction)}")
                {
                    Label = robust.Network,
                };
            }
        }
    }

    private static Axis Around(string label, IEnumerable<PlotSeries> series, Func<PlotPoint, double> value, Func<PlotPoint, Statistics.Interval?> interval)
    {
        PlotPoint[] points = [.. series.SelectMany(one => one.Points)];
        IEnumerable<double> ends = points.Select(interval).OfType<Statistics.Interval>().SelectMany(one => new[] { one.Low, one.High });
        return Axis.Around(label, points.Select(value).Concat(ends), percent: true);
    }
}

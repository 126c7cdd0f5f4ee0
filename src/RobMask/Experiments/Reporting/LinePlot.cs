using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Reporting;

/// <summary>A plot of curves or points over two axes, with interval bands or bars and a legend.</summary>
public static class LinePlot
{
    private const double Left = 64;
    private const double Right = 18;
    private const double Bottom = 50;

    /// <summary>Draws the plot.</summary>
    /// <param name="title">Read aloud by screen readers.</param>
    /// <param name="description">What the plot shows, in words.</param>
    /// <param name="horizontal">The horizontal axis.</param>
    /// <param name="vertical">The vertical axis.</param>
    /// <param name="series">What is drawn, the last on top.</param>
    /// <param name="width">In pixels, before the page scales it.</param>
    /// <param name="height">In pixels, without the legend.</param>
    public static string Render(string title, string description, Axis horizontal, Axis vertical, IReadOnlyList<PlotSeries> series, int width = 460, int height = 320)
    {

        // A key takes 28 pixels and a letter of the legend about 6.7.
        int perRow = 28 + (6.7 * series.Max(one => one.Label.Length)) > (width - Left - Right) / 2 ? 1 : 2;
        bool legend = series.Count > 1;
        double top = 14 + (legend ? (series.Count + perRow - 1) / perRow * 20 : 0);
        int fullHeight = (int)(height + top - 14);
        SvgWriter svg = new(width, fullHeight, title, description);
        double floor = fullHeight - Bottom;
        double X(double value) => horizontal.Position(value, Left, width - Right);
        double Y(double value) => vertical.Position(value, floor, top);

        foreach (double tick in vertical.Ticks())
        {
            svg.Line(Left, Y(tick), width - Right, Y(tick), "grid");
            svg.Text(Left - 8, Y(tick) + 4, vertical.Format(tick), "end");
        }

        foreach (double tick in horizontal.Ticks())
        {
            svg.Line(X(tick), floor, X(tick), floor + 4, "axis");
            svg.Text(X(tick), floor + 18, horizontal.Format(tick), "middle");
        }

        svg.Line(Left, floor, width - Right, floor, "axis");
        svg.Text((Left + width - Right) / 2, fullHeight - 10, horizontal.Label, "middle", "title");
        svg.Text(16, (top + floor) / 2, vertical.Label, "middle", "title", upright: false);

        foreach (PlotSeries one in series)
        {
            DrawIntervals(svg, one, X, Y);
        }

        List<(double X, double Y)> labels = [];
        foreach (PlotSeries one in series)
        {
            DrawPoints(svg, one, X, Y, width, labels);
        }

        if (legend)
        {
            DrawLegend(svg, series, perRow, width);
        }

        return svg.Finish();
    }

    private static void DrawIntervals(SvgWriter svg, PlotSeries series, Func<double, double> x, Func<double, double> y)
    {
        if (series.Band)
        {
            PlotPoint[] points = [.. series.Points.Where(point => point.YInterval is not null)];
            IEnumerable<(double, double)> lower = points.Select(point => (x(point.X), y(point.YInterval!.Value.Low)));
            IEnumerable<(double, double)> upper = points.Reverse().Select(point => (x(point.X), y(point.YInterval!.Value.High)));
            svg.Path([.. lower, .. upper], closed: true, $"band s{series.Colour % 8}");
            return;
        }

        foreach (PlotPoint point in series.Points)
        {
            if (point.YInterval is Interval vertical)
            {
                svg.Line(x(point.X), y(vertical.Low), x(point.X), y(vertical.High), $"bar s{series.Colour % 8}");
            }

            if (point.XInterval is Interval horizontal)
            {
                svg.Line(x(horizontal.Low), y(point.Y), x(horizontal.High), y(point.Y), $"bar s{series.Colour % 8}");
            }
        }
    }

    private static void DrawPoints(SvgWriter svg, PlotSeries series, Func<double, double> x, Func<double, double> y, int width, List<(double X, double Y)> labels)
    {
        PlotPoint[] points = [.. series.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))];
        if (series.Line)
        {
            svg.Path([.. points.Select(point => (x(point.X), y(point.Y)))], closed: false, $"line s{series.Colour % 8}{(series.Dashed ? " dashed" : string.Empty)}");
        }

        foreach (PlotPoint point in points)
        {
            if (series.Markers)
            {
                svg.Marker(x(point.X), y(point.Y), series.Colour, $"mark s{series.Colour % 8}", point.Title);
            }

            if (point.Label is not null)
            {
                // Names of neighbouring points are stacked, so that each can be read.
                bool left = x(point.X) > width * 0.7;
                double row = y(point.Y) - 9;
                while (labels.Any(taken => Math.Abs(taken.X - x(point.X)) < 90 && Math.Abs(taken.Y - row) < 12))
                {
                    row -= 13;
                }

                labels.Add((x(point.X), row));
                svg.Text(x(point.X) + (left ? -9 : 9), row, point.Label, left ? "end" : "start");
            }
        }
    }

    private static void DrawLegend(SvgWriter svg, IReadOnlyList<PlotSeries> series, int perRow, int width)
    {
        double column = (width - Left - Right) / perRow;
        for (int i = 0; i < series.Count; i++)
        {
            double x = Left + (i % perRow * column);
            double y = 14 + (i / perRow * 20);
            if (series[i].Line)
            {
                svg.Line(x, y, x + 22, y, $"line s{series[i].Colour % 8}{(series[i].Dashed ? " dashed" : string.Empty)}");
            }

            if (series[i].Markers)
            {
                svg.Marker(x + 11, y, series[i].Colour, $"mark s{series[i].Colour % 8}");
            }

            svg.Text(x + 28, y + 4, series[i].Label);
        }
    }
}

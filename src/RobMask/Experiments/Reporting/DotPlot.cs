using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Reporting;

/// <summary>One row of a dot plot: a name and an accuracy for each condition; null where it was not measured.</summary>
/// <param name="Label">The name at the left.</param>
/// <param name="Values">One accuracy a condition.</param>
public sealed record DotRow(string Label, IReadOnlyList<Accuracy?> Values);

/// <summary>Accuracies as dots with their 95 % intervals, one row a network.</summary>
public static class DotPlot
{
    private const double Right = 20;
    private const double RowHeight = 34;

    /// <summary>Draws the plot.</summary>
    public static string Render(string title, string description, IReadOnlyList<string> conditions, IReadOnlyList<DotRow> rows, int width = 760)
    {
        double left = 30 + (7.2 * rows.Max(row => row.Label.Length));
        double top = 32;
        double floor = top + (rows.Count * RowHeight);
        SvgWriter svg = new(width, (int)floor + 44, title, description);
        Axis axis = Axis.Fraction("accuracy");
        double X(double value) => axis.Position(value, left, width - Right);

        foreach (double tick in axis.Ticks())
        {
            svg.Line(X(tick), top, X(tick), floor, "grid");
            svg.Text(X(tick), floor + 18, axis.Format(tick), "middle");
        }

        svg.Line(left, floor, width - Right, floor, "axis");
        svg.Text((left + width - Right) / 2, floor + 38, axis.Label, "middle", "title");

        for (int row = 0; row < rows.Count; row++)
        {
            double middle = top + ((row + 0.5) * RowHeight);
            svg.Text(left - 12, middle + 4, rows[row].Label, "end");
            svg.Line(left, middle, width - Right, middle, "grid");
            for (int i = 0; i < conditions.Count; i++)
            {
                if (rows[row].Values[i] is Accuracy value)
                {
                    // A small vertical offset keeps the intervals of two conditions apart where they meet.
                    double y = middle + ((i - ((conditions.Count - 1) / 2.0)) * 7);
                    Interval interval = value.Interval;
                    svg.Line(X(interval.Low), y, X(interval.High), y, $"bar s{i % 8}");
                    svg.Marker(X(value.Fraction), y, i, $"mark s{i % 8}", $"{rows[row].Label}, {conditions[i]}: {ReportText.WithInterval(value)}");
                }
            }
        }

        double legend = left;
        for (int i = 0; i < conditions.Count; i++)
        {
            svg.Marker(legend + 6, 14, i, $"mark s{i % 8}");
            svg.Text(legend + 17, 18, conditions[i]);
            legend += 44 + (7 * conditions[i].Length);
        }

        return svg.Finish();
    }
}

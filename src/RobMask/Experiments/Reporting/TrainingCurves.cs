using RobMask.Experiments.Runs;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws loss and accuracy over the epochs of every training of a run.</summary>
internal static class TrainingCurves
{
    // More than eight curves in one picture cannot be told apart.
    private const int PerPlot = 6;

    public static void Write(HtmlWriter html, IReadOnlyList<EpochLine> epochs)
    {
        IGrouping<string, EpochLine>[] trainings = [.. epochs.GroupBy(line => line.Training)];
        html.Raw("<section id=\"training\">");
        html.Element("h2", "Training");
        html.Element("p", "The objective of each method (objectives of different methods are not comparable with each other) and the accuracy on the training images as they were seen.");
        foreach (IGrouping<string, EpochLine>[] part in trainings.Chunk(PerPlot))
        {
            html.Raw("<div class=\"pair\">");
            Plot(html, "Loss", "objective", part, [("", line => line.Loss)], percent: false);
            Plot(html, "Accuracy on training images", "accuracy", part, [("clean", line => line.CleanAccuracy), ("attacked", line => line.RobustAccuracy)], percent: true);
            html.Raw("</div>");
        }

        html.Raw("</section>");
    }

    private static void Plot(HtmlWriter html, string title, string vertical, IGrouping<string, EpochLine>[] trainings, (string Name, Func<EpochLine, double?> Value)[] kinds, bool percent)
    {
        List<PlotSeries> series = [];
        for (int i = 0; i < trainings.Length; i++)
        {
            foreach ((string name, Func<EpochLine, double?> value) in kinds)
            {
                PlotPoint[] points = [.. trainings[i].Where(line => value(line) is not null).Select(line => new PlotPoint(line.Epoch, value(line)!.Value, $"{trainings[i].Key}, epoch {line.Epoch}: {(percent ? ReportText.Percent(value(line)!.Value) : ReportText.Number(value(line)!.Value))}"))];
                if (points.Length > 0)
                {
                    series.Add(new PlotSeries($"{trainings[i].Key} {name}".Trim(), i, points) { Dashed = name == "attacked", Markers = points.Length <= 40 });
                }
            }
        }

        if (series.Count > 0)
        {
            Axis epochs = new("epoch", Math.Min(1, series.Min(one => one.Points[0].X)), Math.Max(2, series.Max(one => one.Points[^1].X)));
            html.Figure(
                LinePlot.Render(title, $"{title} of {string.Join(", ", trainings.Select(one => one.Key))} over the epochs.", epochs, Axis.Around(vertical, series.SelectMany(one => one.Points).Select(point => point.Y), percent), series),
                title + " over the epochs.");
        }
    }
}

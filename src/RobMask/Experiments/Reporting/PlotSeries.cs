using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Reporting;

/// <summary>A point of a plot.</summary>
/// <param name="X">Horizontal value.</param>
/// <param name="Y">Vertical value.</param>
/// <param name="Title">What a reader who points at it is told.</param>
public sealed record PlotPoint(double X, double Y, string? Title = null)
{
    /// <summary>The confidence interval of <see cref="Y"/>.</summary>
    public Interval? YInterval { get; init; }

    /// <summary>The confidence interval of <see cref="X"/>.</summary>
    public Interval? XInterval { get; init; }

    /// <summary>A name written beside the point.</summary>
    public string? Label { get; init; }
}

/// <summary>Points that belong together.</summary>
/// <param name="Label">The name in the legend.</param>
/// <param name="Colour">Which of the style sheet's eight series colours, from 0.</param>
/// <param name="Points">The points, in drawing order.</param>
public sealed record PlotSeries(string Label, int Colour, IReadOnlyList<PlotPoint> Points)
{
    /// <summary>Join the points by a line.</summary>
    public bool Line { get; init; } = true;

    /// <summary>Mark every point.</summary>
    public bool Markers { get; init; } = true;

    /// <summary>Dash the line.</summary>
    public bool Dashed { get; init; }

    /// <summary>Shade between the ends of the vertical intervals (for curves) instead of drawing a bar at each point.</summary>
    public bool Band { get; init; }
}

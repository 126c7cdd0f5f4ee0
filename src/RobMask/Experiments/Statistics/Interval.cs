namespace RobMask.Experiments.Statistics;

/// <summary>A closed interval of numbers, such as a confidence interval.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>True where <paramref name="value"/> lies between the ends, both included.</summary>
    public bool Contains(double value) => Low <= value && value <= High;

    /// <summary>True where the two intervals have a point in common.</summary>
    public bool Overlaps(Interval other) => Low <= other.High && other.Low <= High;
}

namespace RobMask.Bench;

/// <summary>Seconds of one contestant, one entry a round.</summary>
internal sealed class Timings
{
    private readonly List<double> _seconds = [];

    public double Median => Middle(_seconds);

    public double Least => _seconds.Min();

    public double Greatest => _seconds.Max();

    public void Add(double seconds) => _seconds.Add(seconds);

    /// <summary>The median of the ratios within each round: a slow spell of the machine falls on both and cancels.</summary>
    public double RatioTo(Timings other) => Middle(_seconds.Zip(other._seconds, (mine, theirs) => mine / theirs));

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

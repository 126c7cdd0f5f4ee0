namespace RobMask.Verification.Verdicts;

/// <summary>How many elements have which gauge (error / bound), by powers of ten.</summary>
public sealed class GaugeHistogram
{
    /// <summary>The first bin: no error at all.</summary>
    public const int Exact = 0;

    private const int Decades = 8;
    private const int Above = 4;

    // Beside 0: 10⁻⁷, 10⁻⁶, … 1, … 1000, and whatever is more.
    private static readonly double[] Edges = [0, .. Enumerable.Range(1 - Decades, Decades + Above - 1).Select(power => Math.Pow(10, power)), double.PositiveInfinity];

    private readonly long[] _counts = new long[Edges.Length];

    /// <summary>The number of elements of each bin: 0; up to 10⁻⁷, 10⁻⁶, … 1, … 1000; more.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>The greatest gauge of a bin.</summary>
    public static double UpperEdge(int bin) => Edges[bin];

    /// <summary>Whether a bin holds errors beyond their bounds.</summary>
    public static bool IsBeyond(int bin) => Edges[bin] > 1;

    /// <summary>Counts an element.</summary>
    internal void Add(double gauge)
    {
        if (gauge == 0)
        {
            _counts[Exact]++;
            return;
        }

        int bin = 1;
        while (gauge > Edges[bin])
        {
            bin++;
        }

        _counts[bin]++;
    }

    /// <summary>Counts what another has counted.</summary>
    internal void Add(GaugeHistogram other)
    {
        for (int bin = 0; bin < _counts.Length; bin++)
        {
            _counts[bin] += other._counts[bin];
        }
    }
}

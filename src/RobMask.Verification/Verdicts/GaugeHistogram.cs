namespace RobMask.Verification.Verdicts;

/// <summary>How many elements have which gauge (error / bound), by powers of ten.</summary>
public sealed class GaugeHistogram
{
    private const int Decades = 8;
    private const int Above = 4;

    /// <summary>The first bin: no error at all.</summary>
    public const int Exact = 0;

    private readonly long[] _counts = new long[Decades + Above + 2];

    /// <summary>The number of elements of each bin: 0; up to 10⁻⁷, 10⁻⁶, … 1, … 1000; more.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>The greatest gauge of a bin.</summary>
    public static double UpperEdge(int bin) => bin == Exact ? 0 : bin > Decades + Above - 1 ? double.PositiveInfinity : Math.Pow(10, bin - Decades);

    /// <summary>Counts an element.</summary>
    internal void Add(double gauge) => _counts[Bin(gauge)]++;

    private static int Bin(double gauge)
    {
        if (gauge == 0)
        {
            return Exact;
        }

        int bin = 1;
        while (bin < Decades + Above && !(gauge <= UpperEdge(bin)))
        {
            bin++;
        }

        return bin;
    }
}

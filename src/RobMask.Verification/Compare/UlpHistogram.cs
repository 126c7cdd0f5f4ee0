namespace RobMask.Verification.Compare;

/// <summary>How many pairs of numbers are how many ulp apart: 0, 1, 2, 3 to 4, 5 to 8, and so on by powers of two.</summary>
public sealed class UlpHistogram
{
    private readonly long[] _counts = new long[66];

    /// <summary>The greatest distance.</summary>
    public ulong Greatest { get; private set; }

    /// <summary>The bins that hold something: least and greatest distance, and the number of pairs.</summary>
    public IEnumerable<(ulong Least, ulong Most, long Count)> Bins()
    {
        for (int bin = 0; bin < _counts.Length; bin++)
        {
            if (_counts[bin] > 0)
            {
                yield return (bin < 2 ? (ulong)bin : (1UL << (bin - 2)) + 1, bin < 2 ? (ulong)bin : bin - 1 < 64 ? 1UL << (bin - 1) : ulong.MaxValue, _counts[bin]);
            }
        }
    }

    /// <summary>Counts a pair.</summary>
    internal void Add(ulong distance)
    {
        Greatest = Math.Max(Greatest, distance);
        _counts[distance < 2 ? (int)distance : 65 - System.Numerics.BitOperations.LeadingZeroCount(distance - 1)]++;
    }
}

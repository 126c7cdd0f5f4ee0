namespace RobMask.Verification.Checks.Cases;

/// <summary>Numbers as a function of a seed and a place, so that a smaller tensor holds the numbers that the larger one has there.</summary>
internal readonly struct DataSource(DataStyle style, ulong seed, string tensor)
{
    private readonly ulong _key = Mix(seed ^ Name(tensor));

    /// <summary>The number at a place.</summary>
    public float this[ReadOnlySpan<int> index]
    {
        get
        {
            ulong hash = Hash(index);
            float normal = Normal(hash);
            switch (style)
            {
                case DataStyle.Integers: return (int)(hash % 17) - 8;
                case DataStyle.Positive: return (1 + (int)(hash & 0xFFFFFF)) / 16777216f;
                case DataStyle.Ties: return (hash % 6) switch { 0 => 0f, 1 => -0f, 2 => 0.5f, 3 => -0.5f, 4 => 1f, _ => -1f };
                case DataStyle.Cancelling: return (Sum(index) % 2 == 0 ? 1 : -1) * (1 + (normal / 4096));
                case DataStyle.Shifted: return (1000 * (1 + (Channel(index) % 3))) + (normal / 10);
                case DataStyle.Wide: return MathF.ScaleB(normal, (int)(hash >> 32 & 31) - 16);
                case DataStyle.Tiny: return MathF.ScaleB(normal, -120 - (int)(hash >> 32 & 31));
                case DataStyle.Huge: return MathF.ScaleB(1 + Math.Abs(normal / 4), 40 + (int)((hash >> 32) % 19)) * (normal < 0 ? -1 : 1);
                case DataStyle.Specials: return (hash >> 40 & 15) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, _ => normal };
                default: return normal;
            }
        }
    }

    /// <summary>64 random bits at a place.</summary>
    public ulong Hash(ReadOnlySpan<int> index)
    {
        ulong hash = _key;
        foreach (int coordinate in index)
        {
            hash = Mix(hash + (ulong)coordinate + 1);
        }

        return hash;
    }

    // Four uniform numbers: mean 0, variance 1, within ±3.5; no function whose bits depend on the machine.
    private static float Normal(ulong hash)
    {
        const float Root3 = 1.7320508f;
        int sum = (int)(hash & 0xFFFF) + (int)(hash >> 16 & 0xFFFF) + (int)(hash >> 32 & 0xFFFF) + (int)(hash >> 48);
        return ((sum / 65536f) - 2) * Root3;
    }

    private static int Channel(ReadOnlySpan<int> index) => index.Length == 0 ? 0 : index[index.Length > 1 ? 1 : 0];

    private static int Sum(ReadOnlySpan<int> index)
    {
        int sum = 0;
        foreach (int coordinate in index)
        {
            sum += coordinate;
        }

        return sum;
    }

    // FNV-1a: string.GetHashCode differs from process to process.
    private static ulong Name(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in text)
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        return hash;
    }

    // SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

using RobMask.Checkpoints;

namespace RobMask.Verification.Verdicts;

/// <summary>What storing a number in 16 bits does to it: one rounding to nearest, ties to even.</summary>
internal static class StoredRounding
{
    private const int BFloat16Digits = 8;
    private const int LeastExponent = -126;
    private static readonly double BFloat16Greatest = Math.ScaleB(255, 120);

    /// <summary>Whether storing rounds at all.</summary>
    public static bool Rounds(SafetensorsType stored) => stored is SafetensorsType.BF16 or SafetensorsType.F16;

    /// <summary>The stored number.</summary>
    public static double Nearest(SafetensorsType stored, double x) => stored switch
    {
        SafetensorsType.BF16 => Round(x, BFloat16Digits, LeastExponent, BFloat16Greatest),
        SafetensorsType.F16 => (double)(Half)x,
        _ => x,
    };

    /// <summary>How far what is stored may be from <paramref name="value"/> where what was computed is at most <paramref name="bound"/> from it.</summary>
    /// <remarks>Rounding is monotonic, so the stored number lies between the rounded ends; an exact number that 16 bits hold must stand as it is.</remarks>
    public static double Widen(SafetensorsType stored, double value, double bound)
    {
        if (!double.IsFinite(value) || !double.IsFinite(bound))
        {
            return bound;
        }

        double above = Nearest(stored, value + bound) - value;
        double below = value - Nearest(stored, value - bound);
        return Math.Max(0, Math.Max(above, below));
    }

    /// <summary>To so many significant bits, subnormals kept, overflow to infinity.</summary>
    public static double Round(double x, int digits, int leastExponent, double greatest)
    {
        if (x == 0 || !double.IsFinite(x))
        {
            return x;
        }

        double quantum = Math.ScaleB(1, Math.Max(Math.ILogB(x), leastExponent) - digits + 1);
        double rounded = Math.Round(x / quantum, MidpointRounding.ToEven) * quantum;
        return Math.Abs(rounded) > greatest ? Math.CopySign(double.PositiveInfinity, x) : rounded;
    }
}

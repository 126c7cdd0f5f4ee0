using RobMask.Checkpoints;

namespace RobMask.Verification.Compare;

/// <summary>How many numbers of a type lie between two.</summary>
internal static class UlpDistance
{
    /// <summary>The distance; zeros of either sign are one place. Neither is NaN.</summary>
    public static ulong Of(SafetensorsType type, double x, double y)
    {
        (long a, long b) = (Place(type, x), Place(type, y));
        return a > b ? (ulong)a - (ulong)b : (ulong)b - (ulong)a;
    }

    /// <summary>The bits of a number as it is stored.</summary>
    public static ulong Bits(SafetensorsType type, double x) => type switch
    {
        SafetensorsType.F64 => BitConverter.DoubleToUInt64Bits(x),
        SafetensorsType.F32 => BitConverter.SingleToUInt32Bits((float)x),
        SafetensorsType.BF16 => BitConverter.SingleToUInt32Bits((float)x) >> 16,
        SafetensorsType.F16 => BitConverter.HalfToUInt16Bits((Half)x),
        _ => (ulong)(long)x,
    };

    // Numbers in order have places in order: negative ones counted down from zero.
    private static long Place(SafetensorsType type, double x)
    {
        if (type is not (SafetensorsType.F64 or SafetensorsType.F32 or SafetensorsType.BF16 or SafetensorsType.F16))
        {
            return (long)x;
        }

        long magnitude = (long)Bits(type, Math.Abs(x));
        return x < 0 ? -magnitude : magnitude;
    }
}

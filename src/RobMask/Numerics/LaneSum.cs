using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RobMask.Numerics;

/// <summary>Sums in one order on every machine: 32 virtual lanes in double, then a fixed tree.</summary>
/// <remarks>
/// <para>Evaluation order: term i is computed in double and added to lane i mod 32 in ascending i, every lane starting from
/// +0; then lane j takes lane j + 16 for j &lt; 16, then j + 8, j + 4, j + 2, j + 1, and lane 0 is the sum. Nothing is fused:
/// a product is rounded to double (for float operands it is exact), then added.</para>
/// <para>The lanes are part of this order, not of the hardware: a machine with narrower registers keeps more of them.</para>
/// <para>Error (Higham 2002, §4.2): at most (⌈n/32⌉ + 6)·2⁻⁵³·Σ|term|, to which every caller adds its one rounding to T.
/// NaN and infinities go through as IEEE addition carries them; a sum of no terms, or of negative zeros, is +0.</para>
/// </remarks>
public static class LaneSum
{
    /// <summary>The number of virtual lanes. Part of the evaluation order: never change it.</summary>
    public const int Lanes = 32;

    private interface ITerm
    {
        static abstract double Of(double x, double y, double centre);

        static abstract Vector512<double> Of(Vector512<double> x, Vector512<double> y, Vector512<double> centre);
    }

    /// <summary>Σ x_i.</summary>
    public static double Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Accumulate<T, Value>(x, x, 0);

    /// <summary>Σ x_i².</summary>
    public static double SumOfSquares<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Accumulate<T, Product>(x, x, 0);

    /// <summary>Σ x_i·y_i.</summary>
    public static double Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Accumulate<T, Product>(x, y, 0);

    /// <summary>Σ (x_i − centre)², the difference rounded to double.</summary>
    public static double SumOfSquaredDeviations<T>(ReadOnlySpan<T> x, double centre)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Accumulate<T, SquaredDeviation>(x, x, centre);

    /// <summary>Σ (x_i − y_i)², the difference rounded to double.</summary>
    public static double SumOfSquaredDifferences<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Accumulate<T, SquaredDifference>(x, y, 0);

    private static double Accumulate<T, TTerm>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, double centre)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTerm : ITerm
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"lane sum: {x.Length} and {y.Length} terms", nameof(y));
        }

        ref T x0 = ref MemoryMarshal.GetReference(x);
        ref T y0 = ref MemoryMarshal.GetReference(y);
        Vector512<double> a = default;
        Vector512<double> b = default;
        Vector512<double> c = default;
        Vector512<double> d = default;
        int i = 0;
        if (Real.Vectorises)
        {
            Vector512<double> centres = Vector512.Create(centre);
            for (; i <= x.Length - Lanes; i += Lanes)
            {
                (Vector512<double> xa, Vector512<double> xb) = Load16(ref x0, i);
                (Vector512<double> xc, Vector512<double> xd) = Load16(ref x0, i + 16);
                (Vector512<double> ya, Vector512<double> yb) = Load16(ref y0, i);
                (Vector512<double> yc, Vector512<double> yd) = Load16(ref y0, i + 16);
                a += TTerm.Of(xa, ya, centres);
                b += TTerm.Of(xb, yb, centres);
                c += TTerm.Of(xc, yc, centres);
                d += TTerm.Of(xd, yd, centres);
            }

            if (x.Length - i >= 16)
            {
                (Vector512<double> xa, Vector512<double> xb) = Load16(ref x0, i);
                (Vector512<double> ya, Vector512<double> yb) = Load16(ref y0, i);
                a += TTerm.Of(xa, ya, centres);
                b += TTerm.Of(xb, yb, centres);
                i += 16;
            }
        }

        if (i < x.Length)
        {
            Span<double> lanes = stackalloc double[Lanes];
            a.CopyTo(lanes);
            b.CopyTo(lanes[8..]);
            c.CopyTo(lanes[16..]);
            d.CopyTo(lanes[24..]);
            for (; i < x.Length; i++)
            {
                lanes[i % Lanes] += TTerm.Of(Real.ToDouble(x[i]), Real.ToDouble(y[i]), centre);
            }

            a = Vector512.Create<double>(lanes);
            b = Vector512.Create<double>(lanes[8..]);
            c = Vector512.Create<double>(lanes[16..]);
            d = Vector512.Create<double>(lanes[24..]);
        }

        a = a + c + (b + d);
        Vector256<double> eight = a.GetLower() + a.GetUpper();
        Vector128<double> four = eight.GetLower() + eight.GetUpper();
        return four.GetElement(0) + four.GetElement(1);
    }

    /// <summary>Sixteen elements as doubles, of which a float tensor gives eight from each half of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Low, Vector512<double> High) Load16<T>(ref T source, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<float> sixteen = Vector512.LoadUnsafe(ref source, (nuint)index).AsSingle();
            return (Vector512.WidenLower(sixteen), Vector512.WidenUpper(sixteen));
        }

        return (Vector512.LoadUnsafe(ref source, (nuint)index).AsDouble(), Vector512.LoadUnsafe(ref source, (nuint)index + 8).AsDouble());
    }

    private readonly struct Value : ITerm
    {
        public static double Of(double x, double y, double centre) => x;

        public static Vector512<double> Of(Vector512<double> x, Vector512<double> y, Vector512<double> centre) => x;
    }

    private readonly struct Product : ITerm
    {
        public static double Of(double x, double y, double centre) => x * y;

        public static Vector512<double> Of(Vector512<double> x, Vector512<double> y, Vector512<double> centre) => x * y;
    }

    private readonly struct SquaredDeviation : ITerm
    {
        public static double Of(double x, double y, double centre) => (x - centre) * (x - centre);

        public static Vector512<double> Of(Vector512<double> x, Vector512<double> y, Vector512<double> centre) => (x - centre) * (x - centre);
    }

    private readonly struct SquaredDifference : ITerm
    {
        public static double Of(double x, double y, double centre) => (x - y) * (x - y);

        public static Vector512<double> Of(Vector512<double> x, Vector512<double> y, Vector512<double> centre) => (x - y) * (x - y);
    }
}

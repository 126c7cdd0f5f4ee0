namespace RobMask.Numerics;

/// <summary>exp and log with the same bits on every machine: correctly rounded for float, under 0.52 ulp for double.</summary>
/// <remarks>
/// <para>Plain IEEE double operations and tables that are computed at start (<see cref="ElementaryTables"/>), after Tang's
/// table-driven scheme (ACM TOMS 15(2), 1989, and 16(4), 1990).</para>
/// <para>exp: x = (n/128)·log 2 + r with |r| ≤ 0.0028, exp x = 2^(n/128)·(1 + p(r)), p Taylor's polynomial of degree 6. The
/// nearest boundary between two floats is 2⁻⁵¹·⁶⁶ (relative) from any exp of a float, more than the error here, so rounding
/// the double gives the correctly rounded float.</para>
/// <para>log: x = 2^k·z, √½ ≤ z &lt; √2, m = ⌊256/z + ½⌋, r = z·m/256 − 1 exactly, log x = k·log 2 − log(m/256) + log(1 + r) with
/// the first two terms of log(1 + r) in two doubles. The sum is known to about 2⁻⁶⁹ relative; the float is rounded from
/// both parts (through round-to-odd), because for five floats the nearest double lies on a boundary between floats.</para>
/// <para>exp(NaN) = NaN, exp(−∞) = +0, exp(+∞) = +∞; results below the normal range are rounded once, to a subnormal. log(±0) = −∞, log of
/// a negative number is NaN, log(1) = +0, log(+∞) = +∞; subnormal arguments are exact.</para>
/// </remarks>
public static class Elementary
{
    private const double ExpOverflow = 709.8;
    private const double ExpUnderflow = -745.2;
    private const double SquareRootOfTwo = 1.4142135623730951;

    /// <summary>eˣ, correctly rounded.</summary>
    public static float Exp(float x) => (float)Exp((double)x);

    /// <summary>eˣ within 0.52 ulp (0.77 ulp where the result is subnormal).</summary>
    public static double Exp(double x)
    {
        if (!(x < ExpOverflow))
        {
            return double.IsNaN(x) ? x : double.PositiveInfinity;
        }

        if (x < ExpUnderflow)
        {
            return 0;
        }

        double steps = Math.Round(x * ElementaryTables.StepsPerUnit);
        double r = x - (steps * ElementaryTables.StepHigh) - (steps * ElementaryTables.StepLow);
        double p = r + (r * r * (0.5 + (r * ((1.0 / 6) + (r * ((1.0 / 24) + (r * ((1.0 / 120) + (r * (1.0 / 720))))))))));
        int n = (int)steps;
        int j = 2 * (n & (ElementaryTables.ExpSteps - 1));
        double high = ElementaryTables.Exp[j];
        double y = high + (ElementaryTables.Exp[j + 1] + (high * p));

        // One multiplication by 2^k is exact or the only rounding; beyond the exponents of doubles it takes two, the first exact.
        int k = n >> 7;
        return k is >= -1021 and <= 1023 ? y * PowerOfTwo(k)
            : k > 1023 ? y * PowerOfTwo(1023) * 2
            : y * PowerOfTwo(k + 200) * PowerOfTwo(-200);
    }

    /// <summary>log x, correctly rounded.</summary>
    public static float Log(float x)
    {
        if (!(x > 0) || float.IsPositiveInfinity(x))
        {
            return (float)LogOfSpecial(x);
        }

        (double high, double low) = LogOfNormal(x, 0);
        double y = high + low;
        double rest = low - (y - high);
        long bits = BitConverter.DoubleToInt64Bits(y);
        if (rest != 0 && (bits & 1) == 0)
        {
            // Round to odd: what the double lacks is kept in its last bit, so that the rounding to float sees on which side it is.
            bits += (rest > 0) == (y > 0) ? 1 : -1;
        }

        return (float)BitConverter.Int64BitsToDouble(bits);
    }

    /// <summary>log x within 0.51 ulp.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return LogOfSpecial(x);
        }

        (double high, double low) = double.IsSubnormal(x) ? LogOfNormal(x * PowerOfTwo(54), -54) : LogOfNormal(x, 0);
        return high + low;
    }

    private static double LogOfSpecial(double x) =>
        x == 0 ? double.NegativeInfinity : double.IsPositiveInfinity(x) || double.IsNaN(x) ? x : double.NaN;

    /// <summary>log(x·2^k) as high + low.</summary>
    private static (double High, double Low) LogOfNormal(double x, int k)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        k += (int)(bits >> 52) - 1023;
        double z = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (z >= SquareRootOfTwo)
        {
            z *= 0.5;
            k++;
        }

        int m = (int)((ElementaryTables.LogDenominator / z) + 0.5);
        double r = Math.FusedMultiplyAdd(z, m * (1.0 / ElementaryTables.LogDenominator), -1);
        int entry = 2 * (m - ElementaryTables.LogFirst);

        // Both high parts are multiples of 2⁻⁴⁰: their sum is exact. It is 0 or larger than r, so the errors below are exact too.
        double start = (k * ElementaryTables.Log2High) + ElementaryTables.Log256[entry];
        double first = start + r;
        double low = r - (first - start);
        double square = r * r;
        double squareLow = Math.FusedMultiplyAdd(r, r, -square);
        double high = first - (0.5 * square);
        low += (first - high) - (0.5 * square);
        double tail = (1.0 / 3) - (r * (0.25 - (r * (0.2 - (r * ((1.0 / 6) - (r * ((1.0 / 7) - (r * (0.125 - (r * (1.0 / 9))))))))))));
        low += (k * ElementaryTables.Log2Low) + ElementaryTables.Log256[entry + 1] - (0.5 * squareLow) + (r * square * tail);
        return (high, low);
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}

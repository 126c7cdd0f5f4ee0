using System.Numerics;
using RobMask.Tests.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «exp and log»: correctly rounded in float from 220-bit integers, the stated sequences in double.</summary>
internal static class ExpLog
{
    private static readonly BigInteger One = BigInteger.One << HighPrecision.Bits;
    private static readonly BigInteger LogOfTwo = HighPrecision.Log(2);
    private static readonly (double High, double Low)[] PowersOfTwo = MakePowersOfTwo();

    public static T Exp<T>(T x)
        where T : IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? T.CreateTruncating(ExpInFloat(float.CreateTruncating(x))) : T.CreateTruncating(ExpInDouble(double.CreateTruncating(x)));

    public static T Log<T>(T x)
        where T : IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? T.CreateTruncating(LogInFloat(float.CreateTruncating(x))) : T.CreateTruncating(LogInDouble(double.CreateTruncating(x)));

    private static float ExpInFloat(float x)
    {
        if (float.IsNaN(x))
        {
            return float.NaN;
        }

        if (x > 89 || x < -104)
        {
            return x > 0 ? float.PositiveInfinity : 0;
        }

        (BigInteger mantissa, int exponent) = HighPrecision.Exp(x);
        return NearestFloat(mantissa, exponent - HighPrecision.Bits);
    }

    private static float LogInFloat(float x)
    {
        if (!(x > 0) || float.IsPositiveInfinity(x))
        {
            return x == 0 ? float.NegativeInfinity : x > 0 ? x : float.NaN;
        }

        return NearestFloat(HighPrecision.Log(x), -HighPrecision.Bits);
    }

    /// <summary>value·2^exponent to the nearest float, ties to even, overflow to infinity, gradual underflow.</summary>
    private static float NearestFloat(BigInteger value, int exponent)
    {
        BigInteger magnitude = BigInteger.Abs(value);
        int lastPlace = Math.Max((int)magnitude.GetBitLength() + exponent - 24, -149);
        int shift = lastPlace - exponent;
        if (shift > 0)
        {
            BigInteger half = BigInteger.One << (shift - 1);
            BigInteger rest = magnitude & ((BigInteger.One << shift) - 1);
            magnitude >>= shift;
            magnitude += rest > half || (rest == half && !magnitude.IsEven) ? 1 : 0;
            exponent = lastPlace;
        }

        return (float)(value.Sign * Math.ScaleB((double)magnitude, exponent));
    }

    private static double ExpInDouble(double x)
    {
        if (double.IsNaN(x) || x >= 709.8 || x < -745.2)
        {
            return double.IsNaN(x) ? x : x > 0 ? double.PositiveInfinity : 0;
        }

        (double stepHigh, double stepLow) = Parts(LogOfTwo / 128, 41);
        double steps = Math.Round(x * Nearest(((128 * One) << HighPrecision.Bits) / LogOfTwo), MidpointRounding.ToEven);
        double r = (x - (steps * stepHigh)) - (steps * stepLow);
        double s = (1.0 / 120) + (r * (1.0 / 720));
        s = (1.0 / 24) + (r * s);
        s = (1.0 / 6) + (r * s);
        s = 0.5 + (r * s);
        double p = r + ((r * r) * s);
        int n = (int)steps;
        int j = ((n % 128) + 128) % 128;
        (double high, double low) = PowersOfTwo[j];

        // The product with a power of two is exact, or rounded once where the result is subnormal or overflows, as ScaleB does.
        return Math.ScaleB(high + (low + (high * p)), (n - j) / 128);
    }

    private static double LogInDouble(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        int k = Math.ILogB(x);
        double z = Math.ScaleB(x, -k);
        if (z >= 1.4142135623730951)
        {
            z = z / 2;
            k = k + 1;
        }

        double m = Math.Floor((256 / z) + 0.5);
        double r = Math.FusedMultiplyAdd(z, m / 256, -1);
        (double twoHigh, double twoLow) = Parts(LogOfTwo, 40);
        (double high, double low) = Parts(-HighPrecision.Log(m / 256), 40);
        double start = (k * twoHigh) + high;
        double first = start + r;
        double square = r * r;
        double squareError = Math.FusedMultiplyAdd(r, r, -square);
        double sum = first - (0.5 * square);
        double rest = (r - (first - start)) + ((first - sum) - (0.5 * square));
        double t = 0.125 - (r * (1.0 / 9));
        t = (1.0 / 7) - (r * t);
        t = (1.0 / 6) - (r * t);
        t = 0.2 - (r * t);
        t = 0.25 - (r * t);
        t = (1.0 / 3) - (r * t);
        rest = rest + (((((k * twoLow) + low) - (0.5 * squareError)) + ((r * square) * t)));
        return sum + rest;
    }

    /// <summary>2^(j/128) by repeated square roots of 2, as the nearest double and the nearest double of what it lacks.</summary>
    private static (double High, double Low)[] MakePowersOfTwo()
    {
        (double, double)[] table = new (double, double)[128];
        for (int j = 0; j < 128; j++)
        {
            BigInteger value = One;
            BigInteger root = 2 * One;
            for (int bit = 64; bit >= 1; bit /= 2)
            {
                root = SquareRoot(root);
                value = (j & bit) == 0 ? value : (value * root) >> HighPrecision.Bits;
            }

            double high = Nearest(value);
            table[j] = (high, Nearest(value - HighPrecision.Fixed(high)));
        }

        return table;
    }

    private static BigInteger SquareRoot(BigInteger value)
    {
        BigInteger square = value << HighPrecision.Bits;
        BigInteger root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + (square / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    /// <summary>The nearest multiple of 2^−bits, and the nearest double of what it lacks.</summary>
    private static (double High, double Low) Parts(BigInteger value, int bits)
    {
        int shift = HighPrecision.Bits - bits;
        BigInteger high = (value + (BigInteger.One << (shift - 1))) >> shift;
        return (Math.ScaleB((double)high, -bits), Nearest(value - (high << shift)));
    }

    /// <summary>The nearest double of a number in units of 2^−220; a tie cannot occur.</summary>
    private static double Nearest(BigInteger value)
    {
        int excess = (int)BigInteger.Abs(value).GetBitLength() - 53;
        return excess <= 0
            ? Math.ScaleB((double)value, -HighPrecision.Bits)
            : Math.ScaleB((double)((value + (BigInteger.One << (excess - 1))) >> excess), excess - HighPrecision.Bits);
    }
}

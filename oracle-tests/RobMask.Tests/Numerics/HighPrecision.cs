using System.Numerics;

namespace RobMask.Tests.Numerics;

/// <summary>exp and log in 220-bit integers, by other routes than the library's: plain series, and one correction of Math.Log.</summary>
internal static class HighPrecision
{
    public const int Bits = 220;

    private static readonly BigInteger _one = BigInteger.One << Bits;
    private static readonly BigInteger _log2 = LogOfTwo();

    /// <summary>exp(x)·2^−k in units of 2^−220 with k chosen so that it lies in [½, 2).</summary>
    public static (BigInteger Mantissa, int Exponent) Exp(double x)
    {
        int k = (int)Math.Round(x / Math.Log(2));
        return (ExpSmall(Fixed(x) - (k * _log2)), k);
    }

    /// <summary>log(x) in units of 2^−220: the double logarithm y, and log(x·exp(−y)) from its series.</summary>
    public static BigInteger Log(double x)
    {
        double y = Math.Log(x);
        (BigInteger mantissa, int k) = Exp(-y);
        BigInteger product = mantissa * new BigInteger(Math.ScaleB(x, 52 - Math.ILogB(x)));
        int shift = 52 - Math.ILogB(x) - k;
        BigInteger t = (shift >= 0 ? product >> shift : product << -shift) - _one;
        return Fixed(y) + t - ((t * t) >> (Bits + 1)) + (((t * t) >> Bits) * t >> Bits) / 3;
    }

    /// <summary>A double in units of 2^−220, exactly if it has no bit below.</summary>
    public static BigInteger Fixed(double x)
    {
        if (x == 0)
        {
            return BigInteger.Zero;
        }

        int exponent = Math.ILogB(x) - 52;
        BigInteger mantissa = new(Math.ScaleB(x, -exponent));
        return exponent + Bits >= 0 ? mantissa << (exponent + Bits) : mantissa >> -(exponent + Bits);
    }

    /// <summary>|actual − expected| in units in the last place of actual, expected in units of 2^−220.</summary>
    public static double ErrorInUlp(double actual, BigInteger expected)
    {
        int exponent = Math.ILogB(actual) - 52;
        return (double)BigInteger.Abs(Fixed(actual) - expected) * Math.ScaleB(1, -Bits - exponent);
    }

    /// <summary>Whether a float is the nearest to expected, in units of 2^−220 (ties count for both neighbours).</summary>
    public static bool IsNearest(float actual, BigInteger expected)
    {
        BigInteger error = BigInteger.Abs(Fixed(actual) - expected);
        return error <= BigInteger.Abs(Fixed(MathF.BitIncrement(actual)) - expected) && error <= BigInteger.Abs(Fixed(MathF.BitDecrement(actual)) - expected);
    }

    private static BigInteger ExpSmall(BigInteger r)
    {
        BigInteger sum = _one;
        BigInteger term = _one;
        for (int i = 1; !term.IsZero && term != BigInteger.MinusOne; i++)
        {
            term = ((term * r) >> Bits) / i;
            sum += term;
        }

        return sum;
    }

    private static BigInteger LogOfTwo()
    {
        BigInteger sum = BigInteger.Zero;
        for (int i = 1; i <= Bits; i++)
        {
            sum += (_one >> i) / i;
        }

        return sum;
    }
}

using System.Numerics;

namespace RobMask.Numerics;

/// <summary>2^(j/128) and log(m/256) as unevaluated sums of two doubles, computed once in 160-bit integers.</summary>
/// <remarks>Series in fixed point leave nothing to a C library and nothing to a mistyped digit.</remarks>
internal static class ElementaryTables
{
    /// <summary>Steps of exp's table in a factor of 2.</summary>
    public const int ExpSteps = 128;

    /// <summary>The least numerator m of log's table; arguments lie in [√½, √2), so 1/argument does too.</summary>
    public const int LogFirst = 180;

    /// <summary>The denominator of log's table.</summary>
    public const int LogDenominator = 256;

    private const int LogLast = 363;
    private const int FractionBits = 160;

    /// <summary>Bits of log 2 and of the table's high parts: multiples of 2⁻⁴⁰, so that k·log 2 + log(m/256) is exact in its high parts.</summary>
    private const int LogHighBits = 40;

    private static readonly BigInteger _one = BigInteger.One << FractionBits;
    private static readonly BigInteger _log2 = Log(2, 1);

    /// <summary>2^(j/128), high and low part, at 2j and 2j + 1.</summary>
    public static readonly double[] Exp = MakeExp();

    /// <summary>−log(m/256), high and low part, at 2(m − 180) and 2(m − 180) + 1.</summary>
    public static readonly double[] Log256 = MakeLog();

    /// <summary>log 2 to 2⁻⁴⁰.</summary>
    public static readonly double Log2High = Split(_log2, LogHighBits).High;

    /// <summary>What <see cref="Log2High"/> lacks of log 2.</summary>
    public static readonly double Log2Low = Split(_log2, LogHighBits).Low;

    /// <summary>(log 2)/128 to 2⁻⁴¹: its product with an integer of 18 bits is exact.</summary>
    public static readonly double StepHigh = Split(_log2 / ExpSteps, LogHighBits + 1).High;

    /// <summary>What <see cref="StepHigh"/> lacks of (log 2)/128.</summary>
    public static readonly double StepLow = Split(_log2 / ExpSteps, LogHighBits + 1).Low;

    /// <summary>128/log 2, rounded.</summary>
    public static readonly double StepsPerUnit = Round((_one * _one * ExpSteps) / _log2);

    private static double[] MakeExp()
    {
        double[] table = new double[2 * ExpSteps];
        for (int j = 0; j < ExpSteps; j++)
        {
            BigInteger argument = _log2 * j / ExpSteps;
            BigInteger term = _one;
            BigInteger sum = _one;
            for (int i = 1; !term.IsZero; i++)
            {
                term = ((term * argument) >> FractionBits) / i;
                sum += term;
            }

            table[2 * j] = Round(sum);
            table[(2 * j) + 1] = Round(sum - Exact(table[2 * j]));
        }

        return table;
    }

    private static double[] MakeLog()
    {
        double[] table = new double[2 * (LogLast - LogFirst + 1)];
        for (int m = LogFirst; m <= LogLast; m++)
        {
            (table[2 * (m - LogFirst)], table[(2 * (m - LogFirst)) + 1]) = Split(-Log(m, LogDenominator), LogHighBits);
        }

        return table;
    }

    /// <summary>log(p/q) = 2·artanh((p − q)/(p + q)).</summary>
    private static BigInteger Log(int p, int q)
    {
        BigInteger power = (_one * (p - q)) / (p + q);
        BigInteger sum = BigInteger.Zero;
        for (int i = 1; !power.IsZero; i += 2)
        {
            sum += power / i;
            power = power * ((p - q) * (p - q)) / ((p + q) * (p + q));
        }

        return 2 * sum;
    }

    /// <summary>A multiple of 2^−bits and the rest, rounded.</summary>
    private static (double High, double Low) Split(BigInteger value, int bits)
    {
        int shift = FractionBits - bits;
        BigInteger high = (value + (BigInteger.One << (shift - 1))) >> shift;
        return (Math.ScaleB((double)high, -bits), Round(value - (high << shift)));
    }

    /// <summary>The nearest double of a fixed-point value; the conversion itself truncates.</summary>
    private static double Round(BigInteger value)
    {
        int excess = (int)BigInteger.Abs(value).GetBitLength() - 53;
        if (excess <= 0)
        {
            return Math.ScaleB((double)value, -FractionBits);
        }

        BigInteger rounded = (value + (BigInteger.One << (excess - 1))) >> excess;
        return Math.ScaleB((double)rounded, excess - FractionBits);
    }

    private static BigInteger Exact(double value) => new BigInteger(Math.ScaleB(value, 60)) << (FractionBits - 60);
}

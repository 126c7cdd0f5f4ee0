using System.Numerics;

namespace RobMask.Verification.Bounds;

/// <summary>What is to be known of an operand as a whole.</summary>
/// <param name="Greatest">The greatest finite magnitude that an element may have.</param>
/// <param name="Least">The least magnitude of an element that is not 0; +∞ where all are.</param>
/// <param name="LowestBit">The exponent of the greatest power of two that divides every finite element; large where all are 0.</param>
/// <param name="Width">The most significant bits that an element has.</param>
/// <param name="HasSpecials">Whether an element is infinite or NaN.</param>
/// <param name="HasUnknowns">Whether of an element nothing is known.</param>
internal readonly record struct OperandRange(double Greatest, double Least, int LowestBit, int Width, bool HasSpecials, bool HasUnknowns)
{
    private const int NoBit = 10_000;

    /// <summary>Looks at every element once.</summary>
    public static OperandRange Of(BoundedTensor tensor)
    {
        ReadOnlySpan<double> values = tensor.Value.Span;
        ReadOnlySpan<double> bounds = tensor.Bound is null ? default : tensor.Bound.Span;
        double greatest = 0;
        double least = double.PositiveInfinity;
        int lowest = NoBit;
        int width = 0;
        bool specials = false;
        bool unknowns = false;
        for (int i = 0; i < values.Length; i++)
        {
            double x = Math.Abs(values[i]);
            double bound = bounds.IsEmpty ? 0 : bounds[i];
            if (!(bound < double.PositiveInfinity))
            {
                unknowns = true;
                continue;
            }

            if (!double.IsFinite(x))
            {
                specials = true;
                continue;
            }

            greatest = Math.Max(greatest, x + bound);
            if (x != 0)
            {
                int bit = ExponentOfLowestBit(x);
                lowest = Math.Min(lowest, bit);
                least = Math.Min(least, x);
                width = Math.Max(width, Math.ILogB(x) - bit + 1);
            }
        }

        return new OperandRange(greatest, least, lowest, width, specials, unknowns);
    }

    /// <summary>Whether every finite element is a number of the operands of a model.</summary>
    public bool Fits(ArithmeticModel model) => Width <= model.OperandBits && Greatest <= model.OperandGreatest && Least >= model.OperandLeast;

    /// <summary>The exponent of the lowest set bit of a finite x > 0; floats and their subnormals are normal doubles, so nothing is lost.</summary>
    public static int ExponentOfLowestBit(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52);
        long fraction = (bits & ((1L << 52) - 1)) | (exponent == 0 ? 0 : 1L << 52);
        return Math.Max(exponent, 1) - 1075 + BitOperations.TrailingZeroCount(fraction);
    }
}

namespace RobMask.Verification.Bounds;

/// <summary>What is to be known of an operand as a whole.</summary>
/// <param name="Greatest">The greatest finite magnitude that an element may have.</param>
/// <param name="Granularity">The greatest power of two that divides every finite element; 1 where all are 0.</param>
/// <param name="HasSpecials">Whether an element is infinite or NaN.</param>
internal readonly record struct OperandRange(double Greatest, double Granularity, bool HasSpecials)
{
    /// <summary>Looks at every element once.</summary>
    public static OperandRange Of(BoundedTensor tensor)
    {
        double greatest = 0;
        int least = int.MaxValue;
        bool specials = false;
        ReadOnlySpan<double> values = tensor.Value.Span;
        for (int i = 0; i < values.Length; i++)
        {
            double x = Math.Abs(values[i]);
            if (!double.IsFinite(x))
            {
                specials = true;
                continue;
            }

            greatest = Math.Max(greatest, tensor.Bound is null ? x : x + tensor.Bound.Span[i]);
            if (x != 0)
            {
                least = Math.Min(least, LowestBit(x));
            }
        }

        return new OperandRange(greatest, least == int.MaxValue ? 1 : Math.ScaleB(1, least), specials);
    }

    // The exponent of the lowest set bit; floats and their subnormals are normal doubles, so nothing is lost.
    private static int LowestBit(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52);
        long fraction = (bits & ((1L << 52) - 1)) | (exponent == 0 ? 0 : 1L << 52);
        return Math.Max(exponent, 1) - 1075 + System.Numerics.BitOperations.TrailingZeroCount(fraction);
    }
}

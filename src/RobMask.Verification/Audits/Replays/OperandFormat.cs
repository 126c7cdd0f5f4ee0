namespace RobMask.Verification.Audits.Replays;

/// <summary>What the operands of convolutions and products are rounded to before they are multiplied.</summary>
internal enum OperandFormat
{
    /// <summary>Not at all.</summary>
    Float,

    /// <summary>To 11 bits, to nearest: TF32 as libraries convert.</summary>
    Tf32,

    /// <summary>Cut to 11 bits: TF32 as tensor cores read floats.</summary>
    Tf32Cut,

    /// <summary>To bf16, and the results too, as this project's torch engine and PyTorch's autocast do.</summary>
    Bf16,
}

/// <summary>The rounding of a format.</summary>
internal static class OperandFormats
{
    private const int Tf32Bits = 13;
    private const int Bf16Bits = 16;

    /// <summary>Rounds in place.</summary>
    public static void Round(this OperandFormat format, Span<float> values)
    {
        switch (format)
        {
            case OperandFormat.Tf32:
                RoundToNearest(values, Tf32Bits);
                break;
            case OperandFormat.Tf32Cut:
                foreach (ref float value in values)
                {
                    value = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & ~((1u << Tf32Bits) - 1));
                }

                break;
            case OperandFormat.Bf16:
                RoundToNearest(values, Bf16Bits);
                break;
            default:
                break;
        }
    }

    /// <summary>Rounds a result of products, which bf16 alone stores rounded.</summary>
    public static void RoundResult(this OperandFormat format, Span<float> values)
    {
        if (format == OperandFormat.Bf16)
        {
            format.Round(values);
        }
    }

    // Ties to even; a carry into the exponent is the next binade, or an infinity, as it should be. NaN is left.
    private static void RoundToNearest(Span<float> values, int dropped)
    {
        foreach (ref float value in values)
        {
            if (float.IsFinite(value))
            {
                uint bits = BitConverter.SingleToUInt32Bits(value);
                bits += ((1u << (dropped - 1)) - 1) + ((bits >> dropped) & 1);
                value = BitConverter.UInt32BitsToSingle(bits & ~((1u << dropped) - 1));
            }
        }
    }
}

using RobMask.Checkpoints;
using RobMask.Ops;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of convolutions, linear layers and their gradients, tried on a sample of elements.</summary>
internal static class ProductHypotheses
{
    private static readonly (string Words, ArithmeticModel Model, Func<double, double> Operand)[] Precisions =
    [
        ("operands of products rounded to 11 bits, as TF32 and fp16 do", ArithmeticModel.Tf32, x => StoredRounding.Round(x, 11, -126, float.MaxValue)),
        ("operands of products cut to 11 bits, as TF32 in hardware does", ArithmeticModel.Tf32, x => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)x) & 0xffffe000)),
        ("operands of products rounded to bf16", ArithmeticModel.Bf16, x => StoredRounding.Nearest(SafetensorsType.BF16, x)),
        ("operands of products rounded to fp16", ArithmeticModel.Fp16, x => StoredRounding.Nearest(SafetensorsType.F16, x)),
    ];

    private static readonly (string Words, Func<ProductSum, ProductSum?> Change)[] Table =
    [
        ("the bias is missing", sum => sum.Bias is null ? null : sum with { Bias = null }),
        ("the stride's rows and columns are exchanged", sum => Changed(sum, a => a with { StrideHeight = a.StrideWidth, StrideWidth = a.StrideHeight })),
        ("the padding's rows and columns are exchanged", sum => Changed(sum, a => a with { PaddingHeight = a.PaddingWidth, PaddingWidth = a.PaddingHeight })),
        ("the dilation's rows and columns are exchanged", sum => Changed(sum, a => a with { DilationHeight = a.DilationWidth, DilationWidth = a.DilationHeight })),
        ("the stride is taken as 1", sum => Changed(sum, a => a with { StrideHeight = 1, StrideWidth = 1 })),
        ("the dilation is taken as 1", sum => Changed(sum, a => a with { DilationHeight = 1, DilationWidth = 1 })),
        ("the padding is taken as 0", sum => Changed(sum, a => a with { PaddingHeight = 0, PaddingWidth = 0 })),
        ("the padding is off by one: rows and columns are read one too far back", sum => sum with { Shift = (-1, -1) }),
        ("the padding is off by one: rows and columns are read one too far on", sum => sum with { Shift = (1, 1) }),
        ("the padding is off by one: rows are read one too far back", sum => sum with { Shift = (-1, 0) }),
        ("the padding is off by one: rows are read one too far on", sum => sum with { Shift = (1, 0) }),
        ("the padding is off by one: columns are read one too far back", sum => sum with { Shift = (0, -1) }),
        ("the padding is off by one: columns are read one too far on", sum => sum with { Shift = (0, 1) }),
        ("the kernel is mirrored, a convolution instead of a cross-correlation", sum => Kernel(sum) ? sum with { Mirrored = true } : null),
        ("the kernel's rows and columns are exchanged", sum => Kernel(sum) && sum.Attributes.KernelHeight == sum.Attributes.KernelWidth ? sum with { Transposed = true } : null),
        ("it is that of the next image", sum => sum with { NextImage = 1 }),
        ("it is that of the image before", sum => sum with { NextImage = -1 }),
    ];

    /// <summary>The first fault that holds; null where none does.</summary>
    public static Fault? Find(Suspicion suspicion)
    {
        if (!suspicion.Fits || suspicion.Outside.Count == 0 || ProductSum.Of(suspicion) is not { } sum)
        {
            return null;
        }

        foreach ((string words, ArithmeticModel model, Func<double, double> operand) in Precisions)
        {
            if (Matches(suspicion, sum with { Operand = operand }) is Match match and not Match.None)
            {
                return new Fault(words, match, model);
            }
        }

        foreach ((string words, Func<ProductSum, ProductSum?> change) in Table)
        {
            if (change(sum) is { } changed && Matches(suspicion, changed) is Match match and not Match.None)
            {
                return new Fault(words, match);
            }
        }

        foreach ((string words, ProductSum changed) in Lost(suspicion, sum))
        {
            if (Matches(suspicion, changed) is Match match and not Match.None)
            {
                return new Fault(words, match);
            }
        }

        return null;
    }

    private static bool Kernel(ProductSum sum) => sum.Attributes.KernelHeight * sum.Attributes.KernelWidth > 1;

    private static ProductSum? Changed(ProductSum sum, Func<ConvAttributes, ConvAttributes> change) =>
        change(sum.Attributes) is ConvAttributes changed && changed != sum.Attributes ? sum with { Attributes = changed } : null;

    private static Match Matches(Suspicion suspicion, ProductSum sum) => suspicion.Matches(index =>
    {
        Approximate value = sum.Value(index, suspicion.Declared);
        return new JudgedElement(index, suspicion.Got.Span[index], value.Value, StoredRounding.Widen(suspicion.Stored, value.Value, value.Error)).IsRight;
    });

    // Which part of the sum, left out or counted twice, makes up for the error of the first wrong element.
    private static IEnumerable<(string Words, ProductSum Changed)> Lost(Suspicion suspicion, ProductSum sum)
    {
        int index = suspicion.Outside[0];
        List<ProductTerm> terms = sum.Terms(index);
        Approximate right = sum.Value(index, suspicion.Declared);
        double error = suspicion.Got.Span[index] - right.Value;
        double allowed = StoredRounding.Widen(suspicion.Stored, right.Value, 2 * right.Error);
        foreach ((string name, Func<ProductTerm, int> key) in Parts(sum))
        {
            foreach (IGrouping<int, ProductTerm> part in terms.GroupBy(key))
            {
                double product = part.Sum(sum.Product);
                int chosen = part.Key;
                if (Math.Abs(product) <= allowed || chosen < 0)
                {
                    continue;
                }

                if (Math.Abs(error + product) <= allowed)
                {
                    yield return ($"{Name(name, sum, chosen)} is left out of the sum", sum with { Count = term => key(term) == chosen ? 0 : 1 });
                }

                if (Math.Abs(error - product) <= allowed)
                {
                    yield return ($"{Name(name, sum, chosen)} is counted twice", sum with { Count = term => key(term) == chosen ? 2 : 1 });
                }
            }
        }
    }

    private static string Name(string name, ProductSum sum, int chosen) => name switch
    {
        "tap" => $"tap ({chosen / sum.Attributes.KernelWidth}, {chosen % sum.Attributes.KernelWidth})",
        "first" => "the first product",
        "last" => "the last product",
        _ => $"{name.Replace("{0}", $"{chosen}", StringComparison.Ordinal)}",
    };

    private static IEnumerable<(string Name, Func<ProductTerm, int> Key)> Parts(ProductSum sum)
    {
        if (sum.Output != "grad_weight" && Kernel(sum))
        {
            yield return ("tap", term => term.Tap);
        }

        int last = (int)sum.Length - 1;
        yield return ("first", term => term.Order == 0 ? 0 : -1);
        yield return ("last", term => term.Order == last ? 0 : -1);
        yield return (sum.Output == "grad_weight" ? "image {0}" : "channel {0}", term => term.Slice);
        for (int lanes = 2; lanes <= 128 && lanes < sum.Length; lanes *= 2)
        {
            int count = lanes;
            long length = sum.Length;
            yield return ($"lane {{0}} of {count} of the reduction", term => term.Order % count);
            yield return ($"part {{0}} of {count} of the reduction", term => (int)((long)term.Order * count / length));
        }
    }
}

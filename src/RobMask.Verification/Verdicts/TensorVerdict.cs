using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Verdicts.Details;

namespace RobMask.Verification.Verdicts;

/// <summary>The verdict on one output of one operation, with its reasons.</summary>
public sealed record TensorVerdict
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its shape as it was given.</summary>
    public required TensorShape Shape { get; init; }

    /// <summary>The element type in which it was stored.</summary>
    public required SafetensorsType Stored { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The precision that was declared.</summary>
    public required ArithmeticModel Declared { get; init; }

    /// <summary>Where the declared model does not cover every element: the one whose rounded operands give what was given, else the most precise one that covers it.</summary>
    public ArithmeticModel? Explanation { get; init; }

    /// <summary>The section of <c>docs/bounds.md</c> that proves the bounds; null where none is proven.</summary>
    public string? Theorem { get; init; }

    /// <summary>What is wrong with the tensor as a whole, its shape for example; then no element was judged.</summary>
    public string? Mismatch { get; init; }

    /// <summary>Elements with the bits of profile fma1 (all NaN count as one); null where the bits were not computed.</summary>
    public long? BitwiseCount { get; init; }

    /// <summary>Elements of which several values are right.</summary>
    public long UndecidedCount { get; init; }

    /// <summary>Elements outside their bound for the declared precision.</summary>
    public long OutsideCount { get; init; }

    /// <summary>The first of those.</summary>
    public JudgedElement? First { get; init; }

    /// <summary>The elements of the greatest gauge that are not exact, the greatest first.</summary>
    public IReadOnlyList<JudgedElement> Worst { get; init; } = [];

    /// <summary>The greatest error / bound in the declared precision; 0 where no bound is proven.</summary>
    public double Gauge { get; init; }

    /// <summary>The greatest |got − value|.</summary>
    public double GreatestError { get; init; }

    /// <summary>How many elements have which error / bound.</summary>
    public required GaugeHistogram Histogram { get; init; }

    /// <summary>z = Σe / √Σe² over signed errors e: of the order of 1 where rounding is unbiased and errors are independent.</summary>
    public double Bias { get; init; }

    /// <summary>The same over errors counted positive away from zero: far below 0 where a result is truncated.</summary>
    public double BiasFromZero { get; init; }

    /// <summary>A remark where the errors lean to one side more than independent roundings do; never a verdict.</summary>
    public string? BiasRemark { get; init; }

    /// <summary>A remark where the errors, though within their bounds, are greater than independent roundings make them; never a verdict.</summary>
    public string? SizeRemark { get; init; }

    /// <summary>A guess at what went wrong, in words; null where nothing did or nothing is guessed.</summary>
    public string? Cause { get; init; }

    /// <summary>Where the errors are; null where it was not asked for.</summary>
    public ErrorMaps? Maps { get; init; }

    /// <summary>What the worst elements were computed from; empty where it was not asked for.</summary>
    public IReadOnlyList<ElementOperands> Operands { get; init; } = [];
}

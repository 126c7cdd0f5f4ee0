using RobMask.Tensors;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts;

/// <summary>The verdict on one output of one operation, with its reasons.</summary>
public sealed record TensorVerdict
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its shape.</summary>
    public required TensorShape Shape { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The precision that was declared.</summary>
    public required ArithmeticModel Declared { get; init; }

    /// <summary>The most precise model that covers every element, where the declared one does not.</summary>
    public ArithmeticModel? Explanation { get; init; }

    /// <summary>The section of <c>docs/bounds.md</c> that proves the bounds; null where none is proven.</summary>
    public string? Theorem { get; init; }

    /// <summary>Elements with the bits of profile fma1 (all NaN count as one); 0 where the bits were not computed.</summary>
    public long BitwiseCount { get; init; }

    /// <summary>Elements of which several values are right.</summary>
    public long UndecidedCount { get; init; }

    /// <summary>Elements outside their bound for the declared precision.</summary>
    public long OutsideCount { get; init; }

    /// <summary>The first of those.</summary>
    public JudgedElement? First { get; init; }

    /// <summary>The elements of the greatest gauge, the greatest first.</summary>
    public IReadOnlyList<JudgedElement> Worst { get; init; } = [];

    /// <summary>The greatest error / bound in the declared precision.</summary>
    public double Gauge { get; init; }

    /// <summary>How many elements have which error / bound.</summary>
    public required GaugeHistogram Histogram { get; init; }

    /// <summary>Σe / √Σe² over signed errors e: of the order of 1 where rounding is unbiased and errors are independent.</summary>
    public double Bias { get; init; }

    /// <summary>The same over errors counted positive away from zero: far below 0 where a result is truncated.</summary>
    public double BiasFromZero { get; init; }

    /// <summary>A guess at what went wrong, in words; null where nothing did or nothing is guessed.</summary>
    public string? Cause { get; init; }
}

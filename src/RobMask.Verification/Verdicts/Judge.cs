using RobMask.Checkpoints;
using RobMask.Verification.Bounds;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts;

/// <summary>Turns evidence into a verdict, element by element.</summary>
/// <remarks>
/// An element is right where |got − value| ≤ bound, or undecided where the bound is +∞. Where the value is NaN, NaN is
/// right and nothing else; where it is an infinity, that infinity. A number is never right where NaN is asked for, nor the
/// other way round. Zeros of either sign are one value, and two bit patterns.
/// </remarks>
public static class Judge
{
    private const int ChunkLength = 1 << 12;

    /// <summary>Judges one output.</summary>
    /// <exception cref="ArgumentException">What was given is not a tensor of numbers in managed memory.</exception>
    public static TensorVerdict Of(Evidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        TensorVerdict verdict = Of(evidence, evidence.Bound(evidence.Declared));
        ArithmeticModel? explanation = verdict.Verdict == Verdict.Wrong && verdict.Mismatch is null && !FewOutside.Holds(verdict)
            ? Others(evidence.Declared).FirstOrDefault(model => Covers(evidence.Bound(model), evidence.Got, evidence.Stored))
            : null;
        return explanation is null ? verdict : verdict with { Verdict = Verdict.Explained, Explanation = explanation };
    }

    /// <summary>Judges one output by its declared precision alone.</summary>
    internal static TensorVerdict Of(Evidence evidence, BoundedOutput declared)
    {
        if (!evidence.Got.Shape.Equals(declared.Tensor.Shape))
        {
            return Mismatched(evidence, declared, $"its shape is {evidence.Got.Shape}; expected {declared.Tensor.Shape}");
        }

        (Measurement all, BiasSums[] planes) = MeasureJob.Of(evidence, declared.Tensor);
        (double bias, double fromZero, string? remark) = BiasTest.Of(declared.Tensor.Shape, planes);
        bool proven = declared.Theorem is not null;
        bool bitwise = evidence.Bits is not null && all.Bitwise == declared.Tensor.Shape.Length;
        return new TensorVerdict
        {
            Name = declared.Name,
            Shape = declared.Tensor.Shape,
            Stored = evidence.Stored,
            Declared = evidence.Declared,
            Theorem = declared.Theorem,
            Verdict = bitwise ? Verdict.Bitwise
                : !proven ? Verdict.Unproven
                : all.Outside == 0 ? Verdict.Within : Verdict.Wrong,
            BitwiseCount = evidence.Bits is null ? null : all.Bitwise,
            UndecidedCount = all.Undecided,
            OutsideCount = proven ? all.Outside : 0,
            First = proven ? all.First : null,
            Worst = all.Worst,
            Gauge = proven ? all.Gauge : 0,
            GreatestError = all.GreatestError,
            Histogram = all.Histogram,
            Bias = bias,
            BiasFromZero = fromZero,
            BiasRemark = proven && !bitwise ? remark : null,
        };
    }

    /// <summary>The verdict on an output whose shape or element type alone is wrong.</summary>
    internal static TensorVerdict Mismatched(Evidence evidence, BoundedOutput declared, string mismatch) => new()
    {
        Name = declared.Name,
        Shape = evidence.Got.Shape,
        Stored = evidence.Stored,
        Declared = evidence.Declared,
        Theorem = declared.Theorem,
        Verdict = Verdict.Wrong,
        Mismatch = mismatch,
        Histogram = new GaugeHistogram(),
    };

    /// <summary>The models that may explain what the declared one does not, the most precise first.</summary>
    internal static IEnumerable<ArithmeticModel> Others(ArithmeticModel declared) => ArithmeticModel.All.Where(model => model != declared && model != ArithmeticModel.Fp32);

    /// <summary>Whether bounds are proven and every element of <paramref name="got"/> is within them.</summary>
    internal static bool Covers(BoundedOutput expected, ITensor got, SafetensorsType stored)
    {
        if (expected.Theorem is null || !got.Shape.Equals(expected.Tensor.Shape))
        {
            return false;
        }

        double[] numbers = new double[ChunkLength];
        for (int start = 0; start < got.Shape.Length; start += ChunkLength)
        {
            int count = Math.Min(ChunkLength, got.Shape.Length - start);
            TensorNumbers.Copy(got, start, numbers.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                if (!Element(expected.Tensor, numbers[i], stored, start + i).IsRight)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>An element with the bound that its storage leaves it.</summary>
    internal static JudgedElement Element(BoundedTensor expected, double got, SafetensorsType stored, int index)
    {
        double value = expected.Value.Span[index];
        double bound = expected.Bound is null ? 0 : expected.Bound.Span[index];
        return new JudgedElement(index, got, value, StoredRounding.Rounds(stored) ? StoredRounding.Widen(stored, value, bound) : bound);
    }
}

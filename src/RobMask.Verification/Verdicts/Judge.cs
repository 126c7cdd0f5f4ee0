using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts;

/// <summary>Turns evidence into a verdict, element by element.</summary>
/// <remarks>
/// An element is right where |got − value| ≤ bound, or undecided where the bound is +∞. Where the value is NaN, NaN is
/// right and nothing else; where it is an infinity, that infinity. A number is never right where NaN is asked for, nor the
/// other way round.
/// </remarks>
public static class Judge
{
    private const int WorstKept = 8;

    /// <summary>Judges one output.</summary>
    /// <exception cref="ArgumentException">What was given has another shape than the output, or is not a tensor of numbers.</exception>
    public static TensorVerdict Of(Evidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        BoundedOutput declared = evidence.Bound(evidence.Declared);
        DenseTensor<double> got = Numbers(evidence.Got);
        if (!got.Shape.Equals(declared.Tensor.Shape))
        {
            throw new ArgumentException($"{declared.Name} is {got.Shape}; expected {declared.Tensor.Shape}", nameof(evidence));
        }

        TensorVerdict verdict = Measure(evidence, declared, got);
        if (verdict.OutsideCount == 0 || declared.Theorem is null)
        {
            return verdict;
        }

        foreach (ArithmeticModel model in ArithmeticModel.All.SkipWhile(model => model != evidence.Declared).Skip(1))
        {
            BoundedOutput other = evidence.Bound(model);
            if (other.Theorem is not null && Covers(other.Tensor, got, evidence.Stored))
            {
                return verdict with { Verdict = Verdict.Explained, Explanation = model };
            }
        }

        return verdict;
    }

    /// <summary>Whether every element of <paramref name="got"/> is within its bound.</summary>
    internal static bool Covers(BoundedTensor expected, DenseTensor<double> got, SafetensorsType stored)
    {
        for (int i = 0; i < got.Length; i++)
        {
            if (!IsRight(Element(expected, got, stored, i)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A given tensor as doubles; a decision becomes 0 or 1.</summary>
    internal static DenseTensor<double> Numbers(ITensor tensor)
    {
        if (tensor is DenseTensor<double> wide)
        {
            return wide;
        }

        DenseTensor<double> numbers = new(tensor.Shape);
        switch (tensor)
        {
            case DenseTensor<float> values: System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, double>(values.Span, numbers.Span); break;
            case DenseTensor<bool> values: Fill(numbers, values, static value => value ? 1 : 0); break;
            case DenseTensor<byte> values: Fill(numbers, values, static value => value); break;
            case DenseTensor<int> values: Fill(numbers, values, static value => value); break;
            case DenseTensor<long> values: Fill(numbers, values, static value => value); break;
            default: throw new ArgumentException($"a {tensor.GetType().Name} is no tensor of numbers", nameof(tensor));
        }

        return numbers;
    }

    private static TensorVerdict Measure(Evidence evidence, BoundedOutput declared, DenseTensor<double> got)
    {
        DenseTensor<double>? bits = evidence.Bits is null ? null : Numbers(evidence.Bits);
        GaugeHistogram histogram = new();
        PriorityQueue<JudgedElement, double> worst = new(WorstKept + 1);
        JudgedElement? first = null;
        long bitwise = 0;
        long undecided = 0;
        long outside = 0;
        double gauge = 0;
        double sum = 0;
        double squares = 0;
        double fromZero = 0;
        for (int i = 0; i < got.Length; i++)
        {
            JudgedElement element = Element(declared.Tensor, got, evidence.Stored, i);
            bitwise += bits is not null && BitConverter.DoubleToInt64Bits(bits.Span[i]) == BitConverter.DoubleToInt64Bits(element.Got) ? 1 : bits is not null && double.IsNaN(bits.Span[i]) && double.IsNaN(element.Got) ? 1 : 0;
            if (double.IsPositiveInfinity(element.Bound))
            {
                undecided++;
                continue;
            }

            histogram.Add(element.Gauge);
            gauge = Math.Max(gauge, element.Gauge);
            if (!IsRight(element))
            {
                outside++;
                first ??= element;
            }

            if (double.IsFinite(element.Error))
            {
                double signed = element.Got.Equals(element.Expected) ? 0 : element.Got - element.Expected;
                sum += signed;
                squares += signed * signed;
                fromZero += element.Expected < 0 ? -signed : signed;
            }

            if (element.Error > 0 && (worst.Count < WorstKept || element.Gauge > worst.Peek().Gauge))
            {
                worst.Enqueue(element, element.Gauge);
                if (worst.Count > WorstKept)
                {
                    worst.Dequeue();
                }
            }
        }

        double spread = squares > 0 ? Math.Sqrt(squares) : 1;
        return new TensorVerdict
        {
            Name = declared.Name,
            Shape = got.Shape,
            Declared = evidence.Declared,
            Theorem = declared.Theorem,
            Verdict = bits is not null && bitwise == got.Length ? Verdict.Bitwise
                : declared.Theorem is null ? Verdict.Unproven
                : outside == 0 ? Verdict.Within : Verdict.Wrong,
            BitwiseCount = bitwise,
            UndecidedCount = undecided,
            OutsideCount = outside,
            First = first,
            Worst = [.. worst.UnorderedItems.Select(item => item.Element).OrderByDescending(element => element.Gauge).ThenBy(element => element.Index)],
            Gauge = gauge,
            Histogram = histogram,
            Bias = sum / spread,
            BiasFromZero = fromZero / spread,
        };
    }

    private static JudgedElement Element(BoundedTensor expected, DenseTensor<double> got, SafetensorsType stored, int i)
    {
        double value = expected.Value.Span[i];
        double bound = expected.Bound is null ? 0 : expected.Bound.Span[i];
        return new JudgedElement(i, got.Span[i], value, bound + StorageRounding(stored, Math.Abs(value) + bound));
    }

    private static bool IsRight(in JudgedElement element) => double.IsPositiveInfinity(element.Bound) || element.Error <= element.Bound;

    // A result stored in 16 bits is rounded to nearest once more; the second term is half the spacing of subnormals.
    private static double StorageRounding(SafetensorsType stored, double magnitude) => stored switch
    {
        SafetensorsType.BF16 => double.IsFinite(magnitude) ? (magnitude * Math.ScaleB(1, -8)) + Math.ScaleB(1, -134) : 0,
        SafetensorsType.F16 => double.IsFinite(magnitude) ? magnitude >= 65520 ? double.PositiveInfinity : (magnitude * Math.ScaleB(1, -11)) + Math.ScaleB(1, -25) : 0,
        _ => 0,
    };

    private static void Fill<T>(DenseTensor<double> numbers, DenseTensor<T> values, Func<T, double> widen)
        where T : unmanaged
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers.Span[i] = widen(values.Span[i]);
        }
    }
}

using System.Globalization;
using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Relations between what was given and what should be that need no knowledge of the operation: a scale, a transposition, a constant, a shift by one image.</summary>
internal static class ValuePatterns
{
    /// <summary>The first relation that holds, in words; null where none does.</summary>
    public static Fault? Find(Suspicion suspicion)
    {
        if (!suspicion.Fits || suspicion.Outside.Count == 0)
        {
            return null;
        }

        return Constant(suspicion) ?? Scale(suspicion) ?? Places(suspicion) ?? AddedToChannels(suspicion) ?? Stored(suspicion);
    }

    private static Fault? Constant(Suspicion suspicion)
    {
        if (suspicion.Outside.Count < 2)
        {
            return null;
        }

        double first = suspicion.Got.Span[suspicion.Outside[0]];
        return !suspicion.Outside.All(i => suspicion.Got.Span[i].Equals(first)) || suspicion.OutsideSample.All(i => suspicion.At(i).Expected.Equals(suspicion.At(suspicion.Outside[0]).Expected)) ? null
            : first == 0 ? new Fault("zeros in place of values", Match.WhereWrong)
            : double.IsNaN(first) ? new Fault("NaN in place of values", Match.WhereWrong)
            : new Fault(string.Create(CultureInfo.InvariantCulture, $"the same value, {first:R}, everywhere that it is wrong"), Match.WhereWrong);
    }

    private static Fault? Scale(Suspicion suspicion)
    {
        double[] ratios = [.. suspicion.OutsideSample.Select(i => suspicion.Got.Span[i] / suspicion.At(i).Expected).Where(double.IsFinite).Order()];
        if (ratios.Length < 2)
        {
            return null;
        }

        double middle = ratios[ratios.Length / 2];
        (double factor, string? name) = ScaleNames.Of(middle, suspicion);
        Match match = suspicion.Matches(i =>
        {
            JudgedElement element = suspicion.At(i);
            double allowed = element.Bound * Math.Max(1, Math.Abs(factor));
            return Math.Abs(element.Got - (factor * element.Expected)) <= allowed + (name is null ? 1e-5 * Math.Abs(element.Got) : 0);
        });
        return match == Match.None || Math.Abs(factor) < 1e-6 ? null
            : new Fault($"{name ?? string.Create(CultureInfo.InvariantCulture, $"{factor:G6} times")} the value", match);
    }

    private static Fault? Places(Suspicion suspicion)
    {
        TensorShape shape = suspicion.Shape;
        for (int d = 0; d + 1 < shape.Rank; d++)
        {
            if (shape[d] == shape[d + 1] && shape[d] > 1 && Moved(suspicion, Exchange(shape, d)) is Match match and not Match.None)
            {
                return new Fault($"transposed: dimensions {d} and {d + 1} are exchanged", match);
            }
        }

        for (int d = 0; d < shape.Rank; d++)
        {
            foreach (int by in new[] { 1, -1 })
            {
                if (shape[d] > 1 && Moved(suspicion, Roll(shape, d, by)) is Match match and not Match.None)
                {
                    return new Fault($"the value of the {(by > 0 ? "next" : "previous")} {PlacePatterns.Name(shape, d)}", match);
                }
            }
        }

        return null;
    }

    private static Match Moved(Suspicion suspicion, Func<int, int> from) => suspicion.Matches(i =>
    {
        JudgedElement there = suspicion.At(from(i));
        return new JudgedElement(i, suspicion.Got.Span[i], there.Expected, there.Bound).IsRight;
    });

    private static Func<int, int> Exchange(TensorShape shape, int d)
    {
        int inner = Inner(shape, d + 1);
        int extent = shape[d];
        return i =>
        {
            int column = i / inner % extent;
            int row = i / inner / extent % extent;
            return i + ((((column - row) * extent) + row - column) * inner);
        };
    }

    private static Func<int, int> Roll(TensorShape shape, int d, int by)
    {
        int inner = Inner(shape, d);
        int extent = shape[d];
        return i =>
        {
            int place = i / inner % extent;
            return i + ((((place + by + extent) % extent) - place) * inner);
        };
    }

    private static int Inner(TensorShape shape, int d)
    {
        int inner = 1;
        for (int i = d + 1; i < shape.Rank; i++)
        {
            inner *= shape[i];
        }

        return inner;
    }

    private static Fault? AddedToChannels(Suspicion suspicion)
    {
        TensorShape shape = suspicion.Shape;
        if (shape.Rank < 2 || shape.Length / shape[1] < 2)
        {
            return null;
        }

        int plane = shape.Length / shape[0] / shape[1];
        double[] added = new double[shape[1]];
        int[] count = new int[shape[1]];
        for (int i = 0; i < shape.Length; i++)
        {
            double error = suspicion.Got.Span[i] - suspicion.Expected.Tensor.Value.Span[i];
            added[i / plane % shape[1]] += error;
            count[i / plane % shape[1]]++;
        }

        for (int c = 0; c < added.Length; c++)
        {
            added[c] /= count[c];
        }

        Match match = suspicion.Matches(i => Math.Abs(suspicion.Got.Span[i] - suspicion.At(i).Expected - added[i / plane % shape[1]]) <= 2 * suspicion.At(i).Bound);
        return match == Match.None ? null
            : added.Length > 1 && added.All(x => Math.Abs(x - added[0]) <= 1e-3 * Math.Abs(added[0])) ? new Fault(string.Create(CultureInfo.InvariantCulture, $"{added[0]:G4} added to every value"), match)
            : new Fault("a constant added to each channel", match);
    }

    // Numbers that all fit 16 bits were rounded to them on the way, whatever they are stored as.
    private static Fault? Stored(Suspicion suspicion)
    {
        if (suspicion.Got.Length < 16 || StoredRounding.Rounds(suspicion.Stored) || suspicion.Stored == SafetensorsType.BOOL)
        {
            return null;
        }

        foreach ((SafetensorsType type, string words) in new[] { (SafetensorsType.BF16, "every value is a bf16 number: rounded to it at the end, or accumulated in it"), (SafetensorsType.F16, "every value is an fp16 number: rounded to it at the end, or accumulated in it") })
        {
            if (Holds(suspicion.Got.Span, type) && !Holds(suspicion.Expected.Tensor.Value.Span, type))
            {
                return new Fault(words, Match.Everywhere);
            }
        }

        return null;
    }

    private static bool Holds(ReadOnlySpan<double> values, SafetensorsType type)
    {
        foreach (double value in values)
        {
            if (!StoredRounding.Nearest(type, value).Equals(value))
            {
                return false;
            }
        }

        return true;
    }
}

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of sums and means over rows or planes: elements that a vectorised loop loses, or takes twice.</summary>
internal static class ReductionFaults
{
    private const int MostLanes = 128;

    /// <summary>The first fault that holds; null where none does.</summary>
    public static Fault? Find(Suspicion suspicion)
    {
        if (suspicion.Request.Name is not ("sum" or "mean" or "global_avg_pool") || !suspicion.Fits || suspicion.Outside.Count == 0)
        {
            return null;
        }

        int length = suspicion.Input("input")!.Length / suspicion.Got.Length;
        foreach ((string words, Func<int, bool> chosen) in Parts(length))
        {
            foreach ((string what, int sign) in new[] { ("is left out of the sum", -1), ("is counted twice", 1) })
            {
                // The first wrong row alone rejects nearly every part.
                if (IsRight(suspicion, suspicion.Outside[0], length, chosen, sign) && suspicion.Matches(row => IsRight(suspicion, row, length, chosen, sign)) is Match match and not Match.None)
                {
                    return new Fault($"{words} {what}", match);
                }
            }
        }

        return null;
    }

    private static IEnumerable<(string Words, Func<int, bool> Chosen)> Parts(int length)
    {
        yield return ("the first element", i => i == 0);
        yield return ("the last element", i => i == length - 1);
        for (int lanes = 2; lanes <= MostLanes && lanes < length; lanes *= 2)
        {
            int count = lanes;
            if (length % count > 1)
            {
                yield return ($"the tail behind the last {count} elements that are whole", i => i >= length / count * count);
            }

            for (int lane = 0; lane < count; lane++)
            {
                int one = lane;
                yield return ($"lane {one} of {count} of the reduction", i => i % count == one);
            }
        }
    }

    private static bool IsRight(Suspicion suspicion, int row, int length, Func<int, bool> chosen, int sign)
    {
        ReadOnlySpan<double> elements = suspicion.Input("input")!.Span.Slice(row * length, length);
        double part = 0;
        for (int i = 0; i < length; i++)
        {
            part += chosen(i) ? elements[i] : 0;
        }

        JudgedElement element = suspicion.At(row);
        double factor = suspicion.Request.Name == "sum" ? 1 : 1.0 / length;
        return part != 0 && Math.Abs(element.Got - element.Expected - (sign * part * factor)) <= 2 * element.Bound;
    }
}

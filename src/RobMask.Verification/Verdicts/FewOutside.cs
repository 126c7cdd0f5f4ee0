namespace RobMask.Verification.Verdicts;

/// <summary>Whether a handful of elements is outside while all others are far within: a fault of theirs, no precision of the whole.</summary>
/// <remarks>
/// A less precise model rounds the operands of every element, so that errors of all sizes are there. Elements outside with
/// none between a tenth of the bound and the bound are another population. Elements without error are not counted: products
/// with zeros have none in any model.
/// </remarks>
internal static class FewOutside
{
    private const long Handful = 8;
    private const long ShareOfHandful = 20;
    private const long Share = 100;

    /// <summary>Whether at most 1 % of the inexact elements, or at most 8 that are at most 5 %, are outside, and none of the others has more than a tenth of its bound.</summary>
    public static bool Holds(TensorVerdict verdict)
    {
        long inexact = 0;
        long near = 0;
        for (int bin = GaugeHistogram.Exact + 1; bin < verdict.Histogram.Counts.Count; bin++)
        {
            inexact += verdict.Histogram.Counts[bin];
            near += GaugeHistogram.UpperEdge(bin) == 1 ? verdict.Histogram.Counts[bin] : 0;
        }

        long outside = verdict.OutsideCount;
        return outside > 0 && near == 0 && (outside * Share <= inexact || (outside <= Handful && outside * ShareOfHandful <= inexact));
    }
}

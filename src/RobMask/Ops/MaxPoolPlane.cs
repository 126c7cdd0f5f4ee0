using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RobMask.Ops;

/// <summary>Max-pooling of one plane of floats, all windows at once: the same winners as the loops of <see cref="MaxPool2d"/>, without a branch a value.</summary>
/// <remarks>
/// Tap (r, s) of every window is gathered into a row, padding as −∞, which never replaces a maximum; then the row is compared with the maxima. A window meets its
/// taps in the same order as in the plain loops, so ties and NaN fall alike.
/// </remarks>
internal static class MaxPoolPlane
{
    /// <summary>The maxima of a plane and where they lie.</summary>
    public static void Forward(in PoolShape shape, ReadOnlySpan<float> plane, Span<float> maxima, Span<int> winners)
    {
        PoolAttributes a = shape.Attributes;
        Span<float> tap = RowScratch<float>.Row(0, maxima.Length);
        maxima.Fill(float.NegativeInfinity);
        FirstTaps(shape, winners);
        for (int r = 0; r < a.KernelHeight; r++)
        {
            for (int s = 0; s < a.KernelWidth; s++)
            {
                Gather(shape, plane, r, s, tap);
                Replace(tap, (r * shape.Width) + s, maxima, winners);
            }
        }

        // So far a winner is the place in its window; the window's own place makes it the place in the plane.
        for (int p = 0; p < shape.OutputHeight; p++)
        {
            Span<int> row = winners.Slice(p * shape.OutputWidth, shape.OutputWidth);
            int start = (((p * a.StrideHeight) - a.PaddingHeight) * shape.Width) - a.PaddingWidth;
            for (int q = 0; q < row.Length; q++)
            {
                row[q] += start + (q * a.StrideWidth);
            }
        }
    }

    /// <summary>The first tap of each window that is no padding: the winner where all values are −∞.</summary>
    private static void FirstTaps(in PoolShape shape, Span<int> winners)
    {
        PoolAttributes a = shape.Attributes;
        for (int p = 0; p < shape.OutputHeight; p++)
        {
            int r = Math.Max(0, a.PaddingHeight - (p * a.StrideHeight));
            for (int q = 0; q < shape.OutputWidth; q++)
            {
                winners[(p * shape.OutputWidth) + q] = (r * shape.Width) + Math.Max(0, a.PaddingWidth - (q * a.StrideWidth));
            }
        }
    }

    private static void Gather(in PoolShape shape, ReadOnlySpan<float> plane, int r, int s, Span<float> tap)
    {
        PoolAttributes a = shape.Attributes;
        int firstColumn = s - a.PaddingWidth;
        int firstQ = firstColumn >= 0 ? 0 : Math.Min(shape.OutputWidth, (-firstColumn + a.StrideWidth - 1) / a.StrideWidth);
        int lastQ = firstColumn >= shape.Width ? firstQ : Math.Max(firstQ, Math.Min(shape.OutputWidth, ((shape.Width - 1 - firstColumn) / a.StrideWidth) + 1));
        for (int p = 0; p < shape.OutputHeight; p++)
        {
            int h = (p * a.StrideHeight) + r - a.PaddingHeight;
            Span<float> row = tap.Slice(p * shape.OutputWidth, shape.OutputWidth);
            if (h < 0 || h >= shape.Height)
            {
                row.Fill(float.NegativeInfinity);
                continue;
            }

            row[..firstQ].Fill(float.NegativeInfinity);
            row[lastQ..].Fill(float.NegativeInfinity);
            ReadOnlySpan<float> source = plane.Slice(h * shape.Width, shape.Width);
            int w = firstColumn + (firstQ * a.StrideWidth);
            for (int q = firstQ; q < lastQ; q++)
            {
                row[q] = source[w];
                w += a.StrideWidth;
            }
        }
    }

    private static void Replace(ReadOnlySpan<float> tap, int place, Span<float> maxima, Span<int> winners)
    {
        ref float tap0 = ref MemoryMarshal.GetReference(tap);
        ref float maximum0 = ref MemoryMarshal.GetReference(maxima);
        ref int winner0 = ref MemoryMarshal.GetReference(winners);
        Vector512<int> places = Vector512.Create(place);
        int i = 0;
        for (; i <= tap.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> value = Vector512.LoadUnsafe(ref tap0, (nuint)i);
            Vector512<float> maximum = Vector512.LoadUnsafe(ref maximum0, (nuint)i);
            Vector512<float> replaces = Vector512.GreaterThan(value, maximum) | ~Vector512.Equals(value, value);
            Vector512.ConditionalSelect(replaces, value, maximum).StoreUnsafe(ref maximum0, (nuint)i);
            Vector512.ConditionalSelect(replaces.AsInt32(), places, Vector512.LoadUnsafe(ref winner0, (nuint)i)).StoreUnsafe(ref winner0, (nuint)i);
        }

        for (; i < tap.Length; i++)
        {
            if (tap[i] > maxima[i] || float.IsNaN(tap[i]))
            {
                maxima[i] = tap[i];
                winners[i] = place;
            }
        }
    }
}

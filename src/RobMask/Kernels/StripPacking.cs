using System.Numerics;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Brings the source under a strip into the order in which the tiles read it.</summary>
internal static unsafe class StripPacking<T, TTile>
    where T : unmanaged, INumberBase<T>
    where TTile : struct, ITileFamily<T>
{
    /// <summary>Copies the rows of one channel under the strip into the stage; its edges are zeros already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stage(in SlidingProduct<T> product, in StripGeometry geometry, T* channel, T* stage)
    {
        int firstX = Math.Max(0, -geometry.LowestColumn);
        int firstColumn = Math.Max(0, geometry.LowestColumn);
        int count = Math.Min(product.SourceColumns - firstColumn, geometry.StagePitch - firstX);
        if (count <= 0)
        {
            return;
        }

        for (int i = 0; i < geometry.StagedCount; i++)
        {
            StripGeometry.StagedImage* image = geometry.Staged + i;
            T* imageRows = channel + (image->Image * product.SourceImagePitch) + (firstColumn * product.SourceColumnPitch);
            for (int staged = 0; staged < image->Rows; staged++)
            {
                int row = image->FirstRow + staged;
                bool unread = product.TapRows == 1 && staged % product.RowStride != 0;
                if (row < 0 || row >= product.SourceRows || unread)
                {
                    continue;
                }

                T* from = imageRows + (row * product.SourceRowPitch);
                T* to = stage + image->Stage + (staged * geometry.StagePitch);
                if (product.ColumnStride == 1 && product.SourceColumnPitch == 1)
                {
                    CopyExactly(from, to + firstX, count);
                }
                else
                {
                    StageStrided(product, from, to, geometry.PhaseWidth, firstX, count);
                }
            }
        }
    }

    /// <summary>Writes one step of every column panel for each tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(int taps, in StripGeometry geometry, T* stage, T* packed)
    {
        int lanes = TTile.Lanes;
        StripGeometry.Segment* end = geometry.Segments + geometry.SegmentCount;
        for (int tap = 0; tap < taps; tap++)
        {
            T* tapStage = stage + geometry.TapOffsets[tap];
            if (geometry.LongestSegment <= lanes)
            {
                for (StripGeometry.Segment* segment = geometry.Segments; segment < end; segment++)
                {
                    TTile.Copy(tapStage + segment->Stage, packed + segment->Packed);
                }
            }
            else
            {
                for (StripGeometry.Segment* segment = geometry.Segments; segment < end; segment++)
                {
                    T* from = tapStage + segment->Stage;
                    T* to = packed + segment->Packed;
                    TTile.Copy(from, to);
                    if (segment->Length > lanes)
                    {
                        TTile.Copy(from + lanes, to + lanes);
                    }
                }
            }

            packed += 2 * lanes;
        }
    }

    /// <summary>Copies a run and nothing beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyExactly(T* from, T* to, int count)
    {
        int x = 0;
        for (; x + TTile.Lanes <= count; x += TTile.Lanes)
        {
            TTile.Copy(from + x, to + x);
        }

        for (; x < count; x++)
        {
            to[x] = from[x];
        }
    }

    /// <summary>Copies <paramref name="count"/> elements that are <paramref name="pitch"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyStrided(T* from, nint pitch, T* to, int count)
    {
        if (pitch == 1)
        {
            CopyExactly(from, to, count);
        }
        else
        {
            Transposition.Gather(from, pitch, count, to);
        }
    }

    /// <summary>Adds two runs and touches nothing beyond them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddExactly(T* left, T* right, T* to, int count)
    {
        int x = 0;
        for (; x + TTile.Lanes <= count; x += TTile.Lanes)
        {
            TTile.Add(left + x, right + x, to + x);
        }

        for (; x < count; x++)
        {
            to[x] = left[x] + right[x];
        }
    }

    /// <summary>Adds one value to a run and touches nothing beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddExactly(T* left, T right, T* to, int count)
    {
        int x = 0;
        for (; x + TTile.Lanes <= count; x += TTile.Lanes)
        {
            TTile.Add(left + x, right, to + x);
        }

        for (; x < count; x++)
        {
            to[x] = left[x] + right;
        }
    }

    /// <summary>Columns of equal residue modulo the stride become neighbours; residues that no tap reads stay zeros.</summary>
    private static void StageStrided(in SlidingProduct<T> product, T* from, T* to, int phaseWidth, int firstX, int count)
    {
        int stride = product.ColumnStride;
        nint step = stride * product.SourceColumnPitch;
        int phases = product.TapColumns == 1 ? 1 : stride;
        for (int phase = 0; phase < phases; phase++)
        {
            int first = (firstX - phase + stride - 1) / stride;
            int end = (firstX + count - phase + stride - 1) / stride;
            T* source = from + (((first * stride) + phase - firstX) * product.SourceColumnPitch);
            T* run = to + (phase * phaseWidth) + first;
            Transposition.Gather(source, step, end - first, run);
        }
    }
}

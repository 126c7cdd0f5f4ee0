using System.Numerics;
using System.Runtime.CompilerServices;
using RobMask.Ops;

namespace RobMask.Kernels;

/// <summary>Packs a batch of images for the gradient of a weight; a part is one panel of one group of a few images.</summary>
internal readonly unsafe struct WeightGradientPacking<T>(
    WeightGradientPlan<T> plan, T* input, T* gradOutput, int firstImage, int images, int imagesPerPart, T* left, T* right, int* infinite) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Pixels that are unrolled at a time, so that they stay in the first-level cache.</summary>
    private const int PixelsPerRun = 256;

    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        int panels = plan.ColumnPanels + plan.Panels.Count;
        int panel = index % panels;
        int group = index / panels % plan.Shape.Groups;
        int first = index / panels / plan.Shape.Groups * imagesPerPart;
        for (int image = first; image < Math.Min(images, first + imagesPerPart); image++)
        {
            if (panel >= plan.ColumnPanels)
            {
                PackOutputs(group, panel - plan.ColumnPanels, image);
            }
            else if (plan.Unrolled)
            {
                PackTerms(group, panel, image);
            }
            else
            {
                PackChannels(group, panel, image);
            }
        }
    }

    /// <summary>[pixel][row] from [row][pixel]; tells whether a value is infinite or NaN.</summary>
    private void PackOutputs(int group, int panel, int image)
    {
        int height = plan.Panels.Height(panel);
        int start = plan.Panels.Start(panel);
        int rows = Math.Min(height, plan.Panels.Rows - start);
        int pixels = plan.Shape.P * plan.Shape.Q;
        T* to = left + plan.LeftOffset(group, panel, image);
        int channel = (group * plan.Shape.OutputsPerGroup) + start;
        T* from = gradOutput + (((((nint)firstImage + image) * plan.Shape.K) + channel) * pixels);
        Transposition.Run(from, pixels, rows, pixels, to, height);
        for (int row = rows; row < height; row++)
        {
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                to[((nint)pixel * height) + row] = default;
            }
        }

        if (!Finite.AreAll(to, (long)pixels * height))
        {
            Volatile.Write(ref *infinite, 1);
        }
    }

    /// <summary>A padded image, channels last, columns sorted by their residue modulo the stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackChannels(int group, int panel, int image)
    {
        ConvShape shape = plan.Shape;
        ConvAttributes a = shape.Attributes;
        int stride = plan.ColumnStride;
        int width = plan.Width;
        int firstChannel = panel * width;
        int channels = Math.Min(width, shape.ChannelsPerGroup - firstChannel);
        int channel = (group * shape.ChannelsPerGroup) + firstChannel;
        nint plane = (nint)shape.H * shape.W;
        T* from = input + (((((nint)firstImage + image) * shape.C) + channel) * plane);
        T* to = right + plan.RightOffset(group, panel, image);
        for (int y = 0; y < plan.PlaneRows; y++)
        {
            if (!plan.ReadsRow(y))
            {
                continue;
            }

            T* row = to + ((nint)y * plan.RowLength * width);
            int h = y - a.PaddingHeight;
            if (h < 0 || h >= shape.H)
            {
                new Span<T>(row, plan.RowLength * width).Clear();
                continue;
            }

            for (int phase = 0; phase < stride; phase++)
            {
                if (!plan.ReadsColumns(phase))
                {
                    continue;
                }

                T* run = row + ((nint)phase * plan.PhaseWidth * width);

                // Column x of the phase is input column phase + x·stride − padding.
                int first = Math.Clamp((a.PaddingWidth - phase + stride - 1) / stride, 0, plan.PhaseWidth);
                int inside = shape.W + a.PaddingWidth - phase;
                int end = Math.Clamp((inside + stride - 1) / stride, first, plan.PhaseWidth);
                end = inside <= 0 ? first : end;
                new Span<T>(run, first * width).Clear();
                new Span<T>(run + ((nint)end * width), (plan.PhaseWidth - end) * width).Clear();
                if (first == end)
                {
                    continue;
                }

                T* source = from + ((nint)h * shape.W) + (phase + (first * stride) - a.PaddingWidth);
                T* destination = run + ((nint)first * width);
                if (stride == 1)
                {
                    Transposition.Run(source, plane, channels, end - first, destination, width);
                    continue;
                }

                // Neighbours first: the columns of the phase.
                int count = end - first;
                T* columns = Scratch.Get<T>(ScratchSlot.PartRows, (long)channels * count);
                for (int lane = 0; lane < channels; lane++)
                {
                    Transposition.Gather(source + (lane * plane), stride, count, columns + ((nint)lane * count));
                }

                Transposition.Run(columns, count, channels, count, destination, width);
            }
        }
    }

    /// <summary>[pixel][(c, r, s)], a run of rows at a time: first [(c, r, s)][pixel], each term a shifted copy of its channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackTerms(int group, int panel, int image)
    {
        ConvShape shape = plan.Shape;
        int width = plan.Width;
        int terms = Math.Min(width, shape.Terms - (panel * width));
        int rowsPerRun = Math.Clamp(PixelsPerRun / shape.Q, 1, shape.P);
        int pitch = rowsPerRun * shape.Q;
        T* rows = Scratch.Get<T>(ScratchSlot.PartRows, (long)width * pitch);
        T* to = right + plan.RightOffset(group, panel, image);
        nint plane = (nint)shape.H * shape.W;
        T* from = input + (((((nint)firstImage + image) * shape.C) + (group * shape.ChannelsPerGroup)) * plane);
        for (int firstRow = 0; firstRow < shape.P; firstRow += rowsPerRun)
        {
            int count = Math.Min(rowsPerRun, shape.P - firstRow);
            for (int lane = 0; lane < terms; lane++)
            {
                int term = (panel * width) + lane;
                T* channel = from + (term / (shape.R * shape.S) * plane);
                CopyShifted(channel, firstRow, count, term / shape.S % shape.R, term % shape.S, rows + (lane * pitch));
            }

            // Lanes beyond the terms hold anything: their chains are never stored.
            Transposition.Run(rows, pitch, width, count * shape.Q, to, width);
            to += count * shape.Q * width;
        }
    }

    /// <summary>The values that tap (r, s) reads under some output rows.</summary>
    private void CopyShifted(T* channel, int firstRow, int count, int r, int s, T* to)
    {
        ConvShape shape = plan.Shape;
        int stride = plan.ColumnStride;
        (int first, int end) = plan.ColumnsInside(s);
        for (int p = firstRow; p < firstRow + count; p++)
        {
            int h = shape.InputRow(p, r);
            Span<T> row = new(to, shape.Q);
            if ((uint)h >= (uint)shape.H || first == end)
            {
                row.Clear();
            }
            else
            {
                row[..first].Clear();
                row[end..].Clear();
                T* source = channel + ((nint)h * shape.W) + shape.InputColumn(first, s);
                if (stride == 1)
                {
                    new ReadOnlySpan<T>(source, end - first).CopyTo(row[first..]);
                }
                else
                {
                    Transposition.Gather(source, stride, end - first, to + first);
                }
            }

            to += shape.Q;
        }
    }
}

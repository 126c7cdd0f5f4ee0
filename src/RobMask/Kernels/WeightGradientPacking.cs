using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        int width = plan.PixelWidth;
        int firstChannel = panel * width;
        int channels = Math.Min(width, shape.ChannelsPerGroup - firstChannel);
        nint plane = (nint)shape.H * shape.W;
        T* from = Channel(image, (group * shape.ChannelsPerGroup) + firstChannel);
        T* row = right + plan.RightOffset(group, panel, image);
        for (int y = 0; y < plan.PlaneRows; y++, row += plan.RowLength * width)
        {
            if (!plan.ReadsRow(y))
            {
                continue;
            }

            int h = (y * plan.PackedRowStep) - shape.Attributes.PaddingHeight;
            if (h < 0 || h >= shape.H)
            {
                new Span<T>(row, plan.RowLength * width).Clear();
                continue;
            }

            for (int phase = 0; phase < plan.PackedPhases; phase++)
            {
                if (!plan.ReadsColumns(phase))
                {
                    continue;
                }

                T* run = row + ((nint)phase * plan.PhaseWidth * width);
                (int first, int end) = plan.PhaseInside(phase);
                new Span<T>(run, first * width).Clear();
                new Span<T>(run + ((nint)end * width), (plan.PhaseWidth - end) * width).Clear();
                if (first == end)
                {
                    continue;
                }

                int count = end - first;
                T* source = from + ((nint)h * shape.W) + (phase + (first * plan.ColumnStride) - shape.Attributes.PaddingWidth);
                T* destination = run + ((nint)first * width);
                if (plan.ColumnStride == 1)
                {
                    Transposition.Run(source, plane, channels, count, destination, width);
                    continue;
                }

                // Neighbours first: the columns of the phase.
                T* columns = Scratch.Get<T>(ScratchSlot.PartRows, (long)channels * count);
                for (int lane = 0; lane < channels; lane++)
                {
                    Transposition.Gather(source + (lane * plane), plan.ColumnStride, count, columns + ((nint)lane * count));
                }

                Transposition.Run(columns, count, channels, count, destination, width);
            }
        }
    }

    /// <summary>[pixel][(c, r, s)]: each term is a shifted copy of its padded channel, [(c, r, s)][pixel] first, a run of rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackTerms(int group, int panel, int image)
    {
        ConvShape shape = plan.Shape;
        int width = plan.Width;
        int taps = shape.R * shape.S;
        int firstTerm = panel * width;
        int terms = Math.Min(width, shape.Terms - firstTerm);
        int firstChannel = firstTerm / taps;
        int stageLength = (plan.PlaneRows * plan.RowLength) + Vector512<T>.Count;
        T* stage = Stage(group, firstChannel, ((firstTerm + terms - 1) / taps) + 1 - firstChannel, image, stageLength);
        int rowsPerRun = Math.Clamp(PixelsPerRun / shape.Q, 1, shape.P);
        int pitch = (rowsPerRun * shape.Q) + Vector512<T>.Count;
        T* rows = Scratch.Get<T>(ScratchSlot.PartRows, (long)width * pitch);
        T* to = right + plan.RightOffset(group, panel, image);
        for (int firstRow = 0; firstRow < shape.P; firstRow += rowsPerRun)
        {
            int count = Math.Min(rowsPerRun, shape.P - firstRow);
            for (int lane = 0; lane < terms; lane++)
            {
                int term = firstTerm + lane;
                T* from = stage + (((term / taps) - firstChannel) * (nint)stageLength) + plan.StageOffset(term / shape.S % shape.R, term % shape.S)
                    + (firstRow * plan.StageRowPitch);
                CopyRows(from, plan.StageRowPitch, count, shape.Q, rows + (lane * pitch));
            }

            // Lanes beyond the terms hold anything: their chains are never stored.
            Transposition.Run(rows, pitch, width, count * shape.Q, to, width);
            to += count * shape.Q * width;
        }
    }

    /// <summary>Copies rows by whole vectors: what is written beyond a row is written again or beyond use.</summary>
    private static void CopyRows(T* from, nint pitch, int rows, int columns, T* to)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column += Vector512<T>.Count)
            {
                Vector512.Load(from + column).Store(to + column);
            }

            from += pitch;
            to += columns;
        }
    }

    /// <summary>Padded channels, columns sorted by their residue modulo the stride.</summary>
    private T* Stage(int group, int firstChannel, int channels, int image, int length)
    {
        ConvShape shape = plan.Shape;
        T* stage = Scratch.Get<T>(ScratchSlot.PartTables, (long)channels * length);
        new Span<T>(stage, channels * length).Clear();
        for (int c = 0; c < channels; c++)
        {
            T* from = Channel(image, (group * shape.ChannelsPerGroup) + firstChannel + c);
            T* row = stage + ((nint)c * length);
            for (int y = 0; y < plan.PlaneRows; y++, row += plan.RowLength)
            {
                int h = (y * plan.PackedRowStep) - shape.Attributes.PaddingHeight;
                for (int phase = 0; phase < plan.PackedPhases && (uint)h < (uint)shape.H; phase++)
                {
                    (int first, int end) = plan.PhaseInside(phase);
                    T* source = from + ((nint)h * shape.W) + (phase + (first * plan.ColumnStride) - shape.Attributes.PaddingWidth);
                    Transposition.Gather(source, plan.ColumnStride, end - first, row + (phase * plan.PhaseWidth) + first);
                }
            }
        }

        return stage;
    }

    private T* Channel(int image, int channel) =>
        input + (((((nint)firstImage + image) * plan.Shape.C) + channel) * plan.Shape.H * plan.Shape.W);
}

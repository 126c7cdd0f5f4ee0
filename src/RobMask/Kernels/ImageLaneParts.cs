using System.Numerics;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>The parts of <see cref="ImageLaneKernel"/>'s job for a block of images: a rectangle of outputs and a range of row panels of one group.</summary>
internal readonly unsafe struct ImageLaneParts<T, TTile>(ImageLanePlan<T>* plan, int firstImage) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileFamily<T>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index, int worker)
    {
        ImageLaneRectangle<T> rectangle = ImageLaneRectangle<T>.Of(plan, firstImage, index);
        SlidingProduct<T>* product = &plan->Product;
        int taps = product->Taps;
        int positions = rectangle.Positions;
        int maximumHeight = plan->Panels.Height(0);
        nint panelPitch = (nint)positions * maximumHeight * plan->Width;
        int blocks = plan->Blocks;
        T* tiles = Scratch.Get<T>(ScratchSlot.PartTiles, blocks == 1 ? panelPitch : panelPitch * (rectangle.EndPanel - rectangle.FirstPanel));
        T* source = plan->Lanes + (rectangle.Group * product->Channels * plan->ChannelPitch);
        T* left = product->PackedWeight + ((nint)rectangle.Group * plan->Panels.PaddedRows * product->Channels * taps);
        for (int first = 0; first < product->Channels; first += product->BlockChannels)
        {
            int channels = Math.Min(product->BlockChannels, product->Channels - first);
            Touch(rectangle, channels, source + (first * plan->ChannelPitch));
            T* blockLeft = left + ((nint)plan->Panels.PaddedRows * first * taps);
            for (int panel = rectangle.FirstPanel; panel < rectangle.EndPanel; panel++)
            {
                T* panelLeft = blockLeft + ((nint)plan->Panels.Start(panel) * channels * taps);
                T* panelTiles = blocks == 1 ? tiles : tiles + ((panel - rectangle.FirstPanel) * panelPitch);
                Advance(rectangle, plan->Panels.Height(panel), channels, panelLeft, source + (first * plan->ChannelPitch), panelTiles, first > 0);
                if (first + channels == product->Channels)
                {
                    ImageLaneStore<T, TTile>.Store(plan, rectangle, panel, panelTiles);
                }
            }
        }

        // What was written past the caches is in order for whoever learns that this part is done.
        Thread.MemoryBarrier();
    }

    /// <summary>Reads the source under the rectangle once, line by line, into the second-level cache.</summary>
    /// <remarks>
    /// The tiles' walk, a few neighbours in each of many rows, is one that no hardware prefetch foresees: they would wait for
    /// every line in turn, while independent loads wait together.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Touch(in ImageLaneRectangle<T> rectangle, int channels, T* source)
    {
        (int firstRow, int endRow) = AxisTaps.Reach(plan->RowTaps, rectangle.FirstRow, rectangle.EndRow);
        (int firstColumn, int endColumn) = AxisTaps.Reach(plan->ColumnTaps, rectangle.FirstColumn, rectangle.EndColumn);
        const int Line = 64;
        nint bytes = (nint)(endColumn - firstColumn) * plan->Width * sizeof(T);
        int sum = 0;
        for (int row = firstRow; row < endRow; row++)
        {
            byte* channel = (byte*)(source + (row * plan->RowPitch) + (firstColumn * plan->Width));
            for (int c = 0; c < channels; c++)
            {
                for (nint at = 0; at < bytes; at += Line)
                {
                    sum += channel[at];
                }

                channel += plan->ChannelPitch * sizeof(T);
            }
        }

        Volatile.Write(ref *(int*)Scratch.Get<int>(ScratchSlot.PartTables, 1), sum);
    }

    /// <summary>Advances the tiles of one row panel at every position of the rectangle, over the taps that lie inside the image.</summary>
    private void Advance(in ImageLaneRectangle<T> rectangle, int height, int channels, T* left, T* source, T* tiles, bool resume)
    {
        int tapColumns = plan->Product.TapColumns;
        int width = plan->Width;
        int outputRows = rectangle.EndRow - rectangle.FirstRow;
        int outputColumns = rectangle.EndColumn - rectangle.FirstColumn;
        for (int i = 0; i < outputRows; i++)
        {
            // Upwards in the source, whichever end it is counted from.
            int u = plan->FromEnd ? rectangle.EndRow - 1 - i : rectangle.FirstRow + i;
            AxisTaps rows = plan->RowTaps[u];
            T* rowLeft = left + ((rows.FirstTap + (rows.FirstInside * rows.TapStep)) * tapColumns * height);
            T* rowSource = source + ((rows.FirstSource + (rows.FirstInside * rows.SourceStep)) * plan->RowPitch);
            T* rowTiles = tiles + ((nint)(u - rectangle.FirstRow) * outputColumns * height * width);
            for (int j = 0; j < outputColumns; j++)
            {
                int v = plan->FromEnd ? rectangle.EndColumn - 1 - j : rectangle.FirstColumn + j;
                AxisTaps columns = plan->ColumnTaps[v];
                TileWalk walk = new()
                {
                    Columns = columns.Inside,
                    Rows = rows.Inside,
                    Images = channels,
                    LeftColumn = columns.TapStep * height,
                    LeftRow = rows.TapStep * tapColumns * height,
                    LeftImage = plan->Product.Taps * height,
                    RightColumn = columns.SourceStep * width,
                    RightRow = rows.SourceStep * plan->RowPitch,
                    RightImage = plan->ChannelPitch,
                    Second = TTile.Lanes,
                };
                walk.Flatten();
                T* tileLeft = rowLeft + ((columns.FirstTap + (columns.FirstInside * columns.TapStep)) * height);
                T* tileSource = rowSource + ((columns.FirstSource + (columns.FirstInside * columns.SourceStep)) * width);
                TTile.Advance(height, tileLeft, tileSource, rowTiles + ((nint)(v - rectangle.FirstColumn) * height * width), walk, resume);
            }
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>The parts of a <see cref="SlidingProduct{T}"/>: a strip of pixels and a range of row panels of one group.</summary>
internal readonly unsafe struct SlidingStrips<T, TTile>(
    SlidingProduct<T> product, RowPanels panels, int channelsPerBlock, T* left, int stripLength, int strips, int rowParts) : IWorkerJob
    where T : unmanaged, INumberBase<T>
    where TTile : struct, ITileFamily<T>
{
    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        int rowPart = index % rowParts;
        int strip = index / rowParts % strips;
        int group = index / rowParts / strips;
        int firstPanel = (int)((long)panels.Count * rowPart / rowParts);
        int endPanel = (int)((long)panels.Count * (rowPart + 1) / rowParts);
        int start = strip * stripLength;
        int end = Math.Min(product.Pixels, start + stripLength);
        int width = 2 * TTile.Lanes;
        int columnPanels = (end - start + width - 1) / width;
        int taps = product.Taps;

        // One more step: a copied run may write past its end, over what is written later, and after the last step over nothing.
        int panelPitch = ((channelsPerBlock * taps) + 1) * width;
        StripGeometry geometry = StripGeometry.Build(product, start, end, width, panelPitch);
        T* packed = Scratch.Get<T>(ScratchSlot.PartRight, (long)columnPanels * panelPitch);
        int firstRow = panels.Start(firstPanel);
        int paddedRows = panels.Start(endPanel - 1) + panels.Height(endPanel - 1) - firstRow;
        T* tiles = Scratch.Get<T>(ScratchSlot.PartTiles, (long)columnPanels * paddedRows * width);
        T* stage = Scratch.Get<T>(ScratchSlot.PartRows, geometry.StageLength + width);
        new Span<T>(stage, geometry.StageLength + width).Clear();
        T* source = product.Source + (group * product.Channels * product.SourceChannelPitch);
        T* groupLeft = left + ((nint)group * panels.PaddedRows * product.Channels * taps);
        for (int first = 0; first < product.Channels; first += channelsPerBlock)
        {
            int channels = Math.Min(channelsPerBlock, product.Channels - first);
            for (int c = 0; c < channels; c++)
            {
                Stage(geometry, source + ((first + c) * product.SourceChannelPitch), stage);
                Pack(geometry, stage, packed + (c * taps * width));
            }

            int steps = channels * taps;
            T* blockLeft = groupLeft + ((nint)panels.PaddedRows * first * taps);
            for (int column = 0; column < columnPanels; column++)
            {
                for (int panel = firstPanel; panel < endPanel; panel++)
                {
                    int row = panels.Start(panel);
                    T* tile = tiles + ((((nint)column * paddedRows) + row - firstRow) * width);
                    TTile.Advance(panels.Height(panel), blockLeft + ((nint)row * steps), packed + (column * (nint)panelPitch), tile, steps, 1, 1, 0, 0, first > 0);
                }
            }
        }

        int endRow = Math.Min(panels.Rows, panels.Start(endPanel));
        for (int row = firstRow; row < endRow; row++)
        {
            Store(geometry, tiles + ((row - firstRow) * width), (group * product.Outputs) + row, (nint)paddedRows * width);
        }
    }

    /// <summary>Copies the rows of one channel under the strip into the stage; its edges are zeros already.</summary>
    private void Stage(in StripGeometry geometry, T* channel, T* stage)
    {
        int stride = product.ColumnStride;
        int firstX = Math.Max(0, -geometry.LowestColumn);
        int firstColumn = Math.Max(0, geometry.LowestColumn);
        int count = Math.Min(product.SourceColumns - firstColumn, geometry.StagePitch - firstX);
        if (count <= 0)
        {
            return;
        }

        for (int i = 0; i < geometry.StagedCount; i++)
        {
            StripGeometry.StagedImage image = geometry.Staged[i];
            T* imageRows = channel + (image.Image * product.SourceImagePitch);
            for (int staged = 0; staged < image.Rows; staged++)
            {
                int row = image.FirstRow + staged;
                if (row < 0 || row >= product.SourceRows || (product.TapRows == 1 && staged % product.RowStride != 0))
                {
                    continue;
                }

                T* from = imageRows + (row * product.SourceRowPitch) + (firstColumn * product.SourceColumnPitch);
                T* to = stage + image.Stage + (staged * geometry.StagePitch);
                if (stride == 1 && product.SourceColumnPitch == 1)
                {
                    CopyExactly(from, to + firstX, count);
                }
                else
                {
                    StageStrided(from, to, geometry.PhaseWidth, firstX, count);
                }
            }
        }
    }

    /// <summary>Columns of equal residue modulo the stride become neighbours; residues that no tap reads stay zeros.</summary>
    private void StageStrided(T* from, T* to, int phaseWidth, int firstX, int count)
    {
        int stride = product.ColumnStride;
        nint step = stride * product.SourceColumnPitch;
        int phases = Math.Min(stride, product.TapColumns == 1 ? 1 : stride);
        for (int phase = 0; phase < phases; phase++)
        {
            int first = (firstX - phase + stride - 1) / stride;
            int end = (firstX + count - phase + stride - 1) / stride;
            T* source = from + (((first * stride) + phase - firstX) * product.SourceColumnPitch);
            T* run = to + (phase * phaseWidth);
            for (int x = first; x < end; x++)
            {
                run[x] = *source;
                source += step;
            }
        }
    }

    /// <summary>Writes one step of every column panel for each tap.</summary>
    private void Pack(in StripGeometry geometry, T* stage, T* packed)
    {
        int lanes = TTile.Lanes;
        StripGeometry.Segment* end = geometry.Segments + geometry.SegmentCount;
        for (int tap = 0; tap < product.Taps; tap++)
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

    /// <summary>Writes a row of tiles to its output channel, with its bias.</summary>
    private void Store(in StripGeometry geometry, T* row, int channel, nint tilePitch)
    {
        T* output = product.Output + (channel * product.OutputChannelPitch);
        bool biased = product.Bias is not null;
        T bias = biased ? product.Bias[channel] : default;
        for (int i = 0; i < geometry.RunCount; i++)
        {
            StripGeometry.OutputRun run = geometry.Runs[i];
            T* from = row + (run.Panel * tilePitch) + run.Lane;
            T* to = output + run.Output;
            if (biased)
            {
                for (int x = 0; x < run.Length; x++)
                {
                    from[x] += bias;
                }
            }

            if (product.OutputColumnPitch == 1)
            {
                CopyExactly(from, to, run.Length);
            }
            else
            {
                for (int x = 0; x < run.Length; x++)
                {
                    to[x * product.OutputColumnPitch] = from[x];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyExactly(T* from, T* to, int count)
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
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>The parts of <see cref="SlidingKernel"/>'s job: a strip of pixels and a range of row panels of one group, in every phase.</summary>
internal readonly unsafe struct SlidingStrips<T, TTile>(
    SlidingProduct<T>* phases, int phaseCount, RowPanels panels, int stripLength, int strips, int rowParts) : IWorkerJob
    where T : unmanaged, INumberBase<T>
    where TTile : struct, ITileFamily<T>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index, int worker)
    {
        int rowPart = index % rowParts;
        int strip = index / rowParts % strips;
        int group = index / rowParts / strips;
        int firstPanel = (int)((long)panels.Count * rowPart / rowParts);
        int endPanel = (int)((long)panels.Count * (rowPart + 1) / rowParts);
        int firstRow = panels.Start(firstPanel);
        int paddedRows = panels.Start(endPanel - 1) + panels.Height(endPanel - 1) - firstRow;
        int rows = Math.Min(panels.Rows, firstRow + paddedRows) - firstRow;
        int start = strip * stripLength;
        int end = Math.Min(phases->Pixels, start + stripLength);
        int width = 2 * TTile.Lanes;
        int columnPanels = (end - start + width - 1) / width;
        nint tilePitch = (nint)paddedRows * width;
        T* tiles = Scratch.Get<T>(ScratchSlot.PartTiles, phaseCount * columnPanels * tilePitch);
        StripGeometry geometry = default;
        for (int phase = 0; phase < phaseCount; phase++)
        {
            ref readonly SlidingProduct<T> product = ref phases[phase];

            // One more step: a copied run may write past its end, over what is written later, and after the last step over nothing.
            int panelPitch = ((product.BlockChannels * product.Taps) + 1) * width;
            geometry = StripGeometry.Build(product, start, end, width, panelPitch);
            Multiply(product, geometry, group, firstPanel, endPanel, columnPanels, panelPitch, tiles + (phase * columnPanels * tilePitch), tilePitch);
        }

        for (int row = 0; row < rows; row++)
        {
            T* from = tiles + (row * width);
            int channel = (group * phases->Outputs) + firstRow + row;
            if (phaseCount == 1)
            {
                Store(geometry, from, channel, tilePitch);
            }
            else
            {
                StoreInterleaved(geometry, from, columnPanels * tilePitch, channel, tilePitch);
            }
        }
    }

    /// <summary>Packs the source a block of channels at a time and runs the tiles over it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(
        in SlidingProduct<T> product, in StripGeometry geometry, int group, int firstPanel, int endPanel, int columnPanels, nint panelPitch, T* tiles, nint tilePitch)
    {
        int width = 2 * TTile.Lanes;
        int taps = product.Taps;
        T* packed = Scratch.Get<T>(ScratchSlot.PartRight, columnPanels * panelPitch);
        T* stage = Scratch.Get<T>(ScratchSlot.PartRows, geometry.StageLength + width);
        new Span<T>(stage, geometry.StageLength + width).Clear();
        T* source = product.Source + (group * product.Channels * product.SourceChannelPitch);
        T* left = product.PackedWeight + ((nint)group * panels.PaddedRows * product.Channels * taps);
        int firstRow = panels.Start(firstPanel);
        for (int first = 0; first < product.Channels; first += product.BlockChannels)
        {
            int channels = Math.Min(product.BlockChannels, product.Channels - first);
            for (int c = 0; c < channels && taps > 0; c++)
            {
                StripPacking<T, TTile>.Stage(product, geometry, source + ((first + c) * product.SourceChannelPitch), stage);
                StripPacking<T, TTile>.Pack(taps, geometry, stage, packed + (c * taps * width));
            }

            int steps = channels * taps;
            T* blockLeft = left + ((nint)panels.PaddedRows * first * taps);
            for (int column = 0; column < columnPanels; column++)
            {
                for (int panel = firstPanel; panel < endPanel; panel++)
                {
                    int row = panels.Start(panel);
                    T* tile = tiles + (column * tilePitch) + ((row - firstRow) * width);
                    TTile.Advance(panels.Height(panel), blockLeft + ((nint)row * steps), packed + (column * panelPitch), tile, TileWalk.Contiguous(steps, panels.Height(panel), width), first > 0);
                }
            }
        }
    }

    /// <summary>Writes a row of tiles to its output channel, with its bias and addend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(in StripGeometry geometry, T* row, int channel, nint tilePitch)
    {
        nint start = channel * phases->OutputChannelPitch;
        for (int i = 0; i < geometry.RunCount; i++)
        {
            StripGeometry.OutputRun* run = geometry.Runs + i;
            T* from = row + (run->Panel * tilePitch) + run->Lane;
            T* to = phases->Output + start + run->Output;
            if (phases->Bias is not null)
            {
                StripPacking<T, TTile>.AddExactly(from, phases->Bias[channel], from, run->Length);
            }

            if (phases->Addend is null)
            {
                StripPacking<T, TTile>.CopyExactly(from, to, run->Length);
            }
            else
            {
                StripPacking<T, TTile>.AddExactly(from, phases->Addend + start + run->Output, to, run->Length);
            }
        }
    }

    /// <summary>Writes a row of tiles of every phase to its output channel, a column of each in turn, with its addend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreInterleaved(in StripGeometry geometry, T* row, nint phasePitch, int channel, nint tilePitch)
    {
        // A row of the output is put together here first, where there is an addend that the output may overwrite.
        T* joined = Scratch.Get<T>(ScratchSlot.PartRows, phaseCount * 2 * TTile.Lanes);
        nint start = channel * phases->OutputChannelPitch;
        for (int i = 0; i < geometry.RunCount; i++)
        {
            StripGeometry.OutputRun* run = geometry.Runs + i;
            T* from = row + (run->Panel * tilePitch) + run->Lane;
            T* output = phases->Output + start + run->Output;
            T* to = phases->Addend is null ? output : joined;
            int done = 0;
            if (phaseCount == 2)
            {
                done = Math.Min(run->Length, phases[1].KeptColumns - run->Column);
                Transposition.Interleave(from, from + phasePitch, done, to);
            }

            int columns = phaseCount * done;
            for (int phase = 0; phase < phaseCount; phase++)
            {
                int kept = Math.Min(run->Length, phases[phase].KeptColumns - run->Column);
                for (int x = done; x < kept; x++)
                {
                    to[(x * phaseCount) + phase] = from[(phase * phasePitch) + x];
                }

                columns = Math.Max(columns, ((kept - 1) * phaseCount) + phase + 1);
            }

            if (phases->Addend is not null)
            {
                StripPacking<T, TTile>.AddExactly(joined, phases->Addend + start + run->Output, output, columns);
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Packs the weights of a <see cref="SlidingProduct{T}"/>; a part packs one panel of one group.</summary>
internal readonly unsafe struct LeftPacking<T>(SlidingProduct<T> product, RowPanels panels) : IWorkerJob
    where T : unmanaged
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index, int worker)
    {
        int group = index / panels.Count;
        int panel = index % panels.Count;
        int height = panels.Height(panel);
        int start = panels.Start(panel);
        int rows = Math.Min(height, panels.Rows - start);
        int taps = product.Taps;
        T* groupLeft = product.PackedWeight + ((nint)group * panels.PaddedRows * product.Channels * taps);
        T* weight = product.Weight + (group * product.WeightGroupPitch) + (start * product.WeightOutputPitch);
        for (int first = 0; first < product.Channels; first += product.BlockChannels)
        {
            int channels = Math.Min(product.BlockChannels, product.Channels - first);
            T* step = groupLeft + ((nint)panels.PaddedRows * first * taps) + ((nint)start * channels * taps);
            bool contiguous = product.WeightTapColumnPitch == 1 && product.WeightTapRowPitch == product.TapColumns;
            if (contiguous && rows == height)
            {
                // Runs of taps, or of all steps, change places with the rows.
                bool joined = product.WeightChannelPitch == taps;
                int run = joined ? channels * taps : taps;
                for (int c = first; c < first + channels; c += joined ? channels : 1)
                {
                    Transposition.Run(weight + (c * product.WeightChannelPitch), product.WeightOutputPitch, rows, run, step, height);
                    step += run * height;
                }

                continue;
            }

            for (int c = first; c < first + channels; c++)
            {
                for (int i = 0; i < product.TapRows; i++)
                {
                    T* source = weight + (c * product.WeightChannelPitch) + (i * product.WeightTapRowPitch);
                    for (int j = 0; j < product.TapColumns; j++)
                    {
                        PackStep(source + (j * product.WeightTapColumnPitch), step, rows, height);
                        step += height;
                    }
                }
            }
        }
    }

    private void PackStep(T* source, T* step, int rows, int height)
    {
        nint pitch = product.WeightOutputPitch;
        int row = 0;
        for (; row < rows; row++)
        {
            step[row] = *source;
            source += pitch;
        }

        for (; row < height; row++)
        {
            step[row] = default;
        }
    }
}

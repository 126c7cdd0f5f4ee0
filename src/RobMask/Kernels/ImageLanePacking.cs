using System.Numerics;
using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Brings the band's rows of a block of images into the order [row][channel][column][image]; a part is one channel.</summary>
internal readonly unsafe struct ImageLanePacking<T, TTile>(ImageLanePlan<T>* plan, int firstImage) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileFamily<T>
{
    /// <summary>Bytes of a plane that are read at a time, from every image.</summary>
    private const int RunBytes = 1024;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int index, int worker)
    {
        SlidingProduct<T>* product = &plan->Product;
        int width = plan->Width;
        int images = Math.Min(width, product->Images - firstImage);
        int columns = product->SourceColumns;
        bool whole = product->SourceColumnPitch == 1 && product->SourceRowPitch == columns;
        int rowsPerRun = Math.Clamp(RunBytes / sizeof(T) / columns, 1, product->SourceRows);

        // Rows are copied before they are transposed: images are often a power of two apart, and coming back to their lines would
        // find them displaced from the first-level cache by each other. The last image's row may be read past its end by a vector.
        int pitch = (rowsPerRun * columns) + TTile.Lanes;
        T* rows = Scratch.Get<T>(ScratchSlot.PartRows, (long)width * pitch);
        new Span<T>(rows + (images * pitch), (width - images) * pitch).Clear();
        T* channel = product->Source + (firstImage * product->SourceImagePitch) + (index * product->SourceChannelPitch);
        int first = plan->FirstSourceRow;
        int end = plan->EndSourceRow;
        if (plan->FromEnd)
        {
            (first, end) = (product->SourceRows - end, product->SourceRows - first);
        }

        for (int h = first; h < end; h += rowsPerRun)
        {
            int count = Math.Min(rowsPerRun, end - h);
            for (int n = 0; n < images; n++)
            {
                T* from = channel + (n * product->SourceImagePitch) + (h * product->SourceRowPitch);
                T* to = rows + (n * pitch);
                if (whole)
                {
                    StripPacking<T, TTile>.CopyExactly(from, to, count * columns);
                    continue;
                }

                for (int row = 0; row < count; row++)
                {
                    StripPacking<T, TTile>.CopyStrided(from + (row * product->SourceRowPitch), product->SourceColumnPitch, to + (row * columns), columns);
                }
            }

            for (int row = 0; row < count; row++)
            {
                T* from = rows + (row * columns);
                if (plan->FromEnd)
                {
                    T* last = plan->Lanes + ((product->SourceRows - 1 - h - row) * plan->RowPitch) + (index * plan->ChannelPitch) + ((columns - 1) * width);
                    Transposition.Run(from, pitch, width, columns, last, -width);
                }
                else
                {
                    Transposition.Run(from, pitch, width, columns, plan->Lanes + ((h + row) * plan->RowPitch) + (index * plan->ChannelPitch), width);
                }
            }
        }
    }
}

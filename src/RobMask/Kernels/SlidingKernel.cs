using System.Numerics;

namespace RobMask.Kernels;

/// <summary>Runs a <see cref="SlidingProduct{T}"/> with packed operands, register tiles and all threads.</summary>
/// <remarks>
/// The weights are packed once. The output pixels of all images stand in one line that is cut into strips; a part of the job
/// packs the source under its strip, a block of channels at a time, and runs every tile of the strip over it. Between
/// blocks the accumulators rest in memory as they are, which rounds nothing: the chain of an output is not split.
/// </remarks>
internal static unsafe class SlidingKernel
{
    /// <summary>Steps of a block: a tile's packed operands, 44 KB at 512 bits, then fit the first-level cache.</summary>
    private const int BlockSteps = 256;

    /// <summary>Vectors of pixels in a strip: its packed source, 400 KB at 512 bits, stays in the second-level cache.</summary>
    private const int StripVectors = 24;

    /// <summary>Row panels of a part: its tiles stay in the second-level cache.</summary>
    private const int LongestPart = 64;

    /// <summary>Computes all outputs of products whose output columns are interleaved: one product, or one for each column phase of a stride.</summary>
    /// <remarks>They differ in taps, weights and kept columns only.</remarks>
    public static void Run<T, TTile>(Span<SlidingProduct<T>> products)
        where T : unmanaged, INumberBase<T>
        where TTile : struct, ITileFamily<T>
    {
        ref SlidingProduct<T> first = ref products[0];
        first.Simplify(products.Length);
        RowPanels panels = new(first.Outputs, TTile.MaximumRows);
        Pack(products, panels);

        int width = 2 * TTile.Lanes;
        int threads = Workers.ThreadCount;
        int longest = StripVectors * TTile.Lanes;
        int strips = (first.Pixels + longest - 1) / longest;
        strips = (strips * first.Groups) % threads == 0 ? strips : ((strips + threads - 1) / threads) * threads;
        int stripLength = (((first.Pixels + strips - 1) / strips) + width - 1) / width * width;
        strips = (first.Pixels + stripLength - 1) / stripLength;
        int rowParts = Math.Max((panels.Count + LongestPart - 1) / LongestPart, threads / (strips * first.Groups));
        rowParts = Math.Clamp(rowParts, 1, panels.Count);

        // The products lie on this stack, and this call outlives the parts.
        fixed (SlidingProduct<T>* phases = products)
        {
            Workers.For(
                first.Groups * strips * rowParts,
                new SlidingStrips<T, TTile>(phases, products.Length, panels, stripLength, strips, rowParts));
        }
    }

    private static void Pack<T>(Span<SlidingProduct<T>> products, RowPanels panels)
        where T : unmanaged
    {
        long length = 0;
        foreach (ref SlidingProduct<T> product in products)
        {
            length += PackedLength(product, panels);
        }

        T* packed = Scratch.Get<T>(ScratchSlot.CallLeft, length);
        foreach (ref SlidingProduct<T> product in products)
        {
            int blocks = Math.Max(1, ((product.Channels * product.Taps) + BlockSteps - 1) / BlockSteps);
            product.BlockChannels = (product.Channels + blocks - 1) / blocks;
            product.PackedWeight = packed;
            packed += PackedLength(product, panels);
            Workers.For(product.Groups * panels.Count, new LeftPacking<T>(product, panels));
        }
    }

    private static long PackedLength<T>(in SlidingProduct<T> product, RowPanels panels)
        where T : unmanaged => (long)product.Groups * panels.PaddedRows * product.Channels * product.Taps;
}

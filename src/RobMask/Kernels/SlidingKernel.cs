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

    /// <summary>Computes all outputs of <paramref name="product"/>.</summary>
    public static void Run<T, TTile>(SlidingProduct<T> product)
        where T : unmanaged, System.Numerics.INumberBase<T>
        where TTile : struct, ITileFamily<T>
    {
        product.Simplify();
        int taps = product.Taps;
        int blocks = Math.Max(1, ((product.Channels * taps) + BlockSteps - 1) / BlockSteps);
        int channelsPerBlock = (product.Channels + blocks - 1) / blocks;
        RowPanels panels = new(product.Outputs, TTile.MaximumRows);
        long leftLength = (long)product.Groups * panels.PaddedRows * product.Channels * taps;
        T* left = Scratch.Get<T>(ScratchSlot.CallLeft, leftLength);
        Workers.For(product.Groups * panels.Count, new LeftPacking<T>(product, panels, channelsPerBlock, left));

        int width = 2 * TTile.Lanes;
        int threads = Workers.ThreadCount;
        int longest = StripVectors * TTile.Lanes;
        int strips = (product.Pixels + longest - 1) / longest;
        strips = (strips * product.Groups) % threads == 0 ? strips : ((strips + threads - 1) / threads) * threads;
        int stripLength = (((product.Pixels + strips - 1) / strips) + width - 1) / width * width;
        strips = (product.Pixels + stripLength - 1) / stripLength;
        int rowParts = Math.Min(panels.Count, Math.Max((panels.Count + LongestPart - 1) / LongestPart, threads / (strips * product.Groups)));
        rowParts = Math.Max(1, rowParts);
        Workers.For(
            product.Groups * strips * rowParts,
            new SlidingStrips<T, TTile>(product, panels, channelsPerBlock, left, stripLength, strips, rowParts));
    }
}

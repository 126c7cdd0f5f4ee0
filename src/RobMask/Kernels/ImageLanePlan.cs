namespace RobMask.Kernels;

/// <summary>How a <see cref="SlidingProduct{T}"/> is cut where the lanes of a vector are images.</summary>
/// <remarks>
/// <para>A tile is 12 output channels × one output position × 32 images at 512 bits. All its lanes meet the same taps, so a step
/// reads the source of its tap where it lies, [row][channel][column][image], whatever stride and dilation are: nothing is
/// copied nine times for a 3×3 kernel, and taps that read padding are left out.</para>
/// <para>Leaving out a term 0·weight leaves every bit as it is, if the weight is finite, but one: a chain that is −0 there
/// would become +0. A difference can survive only in a chain that ends in −0: those elements are found and computed by
/// their definition. They need a product that underflows, so there are hardly any.</para>
/// <para>32 images at a time are brought into that order, a band of rows if there are many channels: about 8 MB, 64 channels of 32×32, a part of
/// the last-level cache. A part of the job is a rectangle of about 32 positions and a range of output channels. The weights of 12 rows and a block of 64 channels,
/// 576 · 12 · 4 = 27 KB, stay in the first-level cache while the rectangle passes; the source under it, 4 · 18 · 64 · 128 = 590 KB, stays in
/// the second-level cache for all rows and streams by with 128 bytes in the 12 cycles of a step. Between blocks of channels the
/// accumulators rest in memory, unrounded, since they are floats already.</para>
/// </remarks>
internal unsafe struct ImageLanePlan<T>
    where T : unmanaged
{
    private const int RectangleColumns = 16;
    private const int RectanglePositions = 32;
    private const int BlockSteps = 600;
    private const int TileBytes = 256 << 10;
    private const long CachedBytes = 8 << 20;
    private const long BandBytes = 10 << 20;
    private const long OneRowBandBytes = 3 << 20;
    private const int LeastPartsPerThread = 12;

    /// <summary>The product, the taps of each output row and column, and the row panels.</summary>
    public SlidingProduct<T> Product;
    public AxisTaps* RowTaps, ColumnTaps;
    public RowPanels Panels;

    /// <summary>A band of output rows and the source rows under it.</summary>
    public int FirstRow, EndRow, FirstSourceRow, EndSourceRow;

    /// <summary>Where source row 0 of a block of images in lanes is or would be: only the band's rows are in memory.</summary>
    public T* Lanes;

    /// <summary>Whether source positions are counted from the end of the image in both directions.</summary>
    public bool FromEnd;

    /// <summary>Images of a tile; extent of a rectangle, how many there are in a row; parts of the row panels; output rows of a band.</summary>
    public int Width, Rows, Columns, RectanglesAcross, PanelParts, BandRows;

    /// <summary>Whether outputs are written past the caches: there are more than would stay there until they are read.</summary>
    public readonly bool WritesPast => Product.Images * Product.OutputImagePitch * sizeof(T) >= CachedBytes;

    /// <summary>Elements from a channel to the next, and from a row to the next: one column more than there are, so that channels do not share cache sets.</summary>
    public readonly nint ChannelPitch => (nint)(Product.SourceColumns + 1) * Width;

    /// <inheritdoc cref="ChannelPitch"/>
    public readonly nint RowPitch => ChannelPitch * Product.Groups * Product.Channels;

    /// <summary>Blocks of channels.</summary>
    public readonly int Blocks => (Product.Channels + Product.BlockChannels - 1) / Product.BlockChannels;

    /// <summary>Rectangles of the band, one under the other.</summary>
    public readonly int RectanglesDown => (EndRow - FirstRow + Rows - 1) / Rows;

    /// <summary>Parts of the job for a band of a block of images.</summary>
    public readonly int Parts => Product.Groups * RectanglesDown * RectanglesAcross * PanelParts;

    /// <summary>Turns to the band from an output row on.</summary>
    public void TurnTo(int firstRow, T* lanes)
    {
        FirstRow = firstRow;
        EndRow = Math.Min(Product.OutputRows, firstRow + BandRows);
        (FirstSourceRow, EndSourceRow) = AxisTaps.Reach(RowTaps, FirstRow, EndRow);
        Lanes = lanes - (FirstSourceRow * RowPitch);
    }

    /// <summary>The most source rows of a band.</summary>
    public readonly int LargestBand()
    {
        int largest = 0;
        for (int first = 0; first < Product.OutputRows; first += BandRows)
        {
            (int start, int end) = AxisTaps.Reach(RowTaps, first, Math.Min(Product.OutputRows, first + BandRows));
            largest = Math.Max(largest, end - start);
        }

        return largest;
    }

    /// <summary>Cuts the outputs into rectangles and the channels into blocks.</summary>
    public void Cut(int width, int maximumRows, int threads)
    {
        Width = width;
        Panels = new RowPanels(Product.Outputs, maximumRows);
        RectanglesAcross = (Product.OutputColumns + RectangleColumns - 1) / RectangleColumns;
        Columns = (Product.OutputColumns + RectanglesAcross - 1) / RectanglesAcross;
        RectanglesAcross = (Product.OutputColumns + Columns - 1) / Columns;
        Rows = Math.Clamp(RectanglePositions / Columns, 1, Product.OutputRows);
        int blocks = Math.Max(1, (Product.Channels * Product.Taps) / BlockSteps);
        Product.BlockChannels = (Product.Channels + blocks - 1) / blocks;

        long panelBytes = (long)Rows * Columns * maximumRows * width * sizeof(T);
        int panelsPerPart = blocks == 1 ? Panels.Count : (int)Math.Clamp(TileBytes / panelBytes, 1, Panels.Count);
        PanelParts = (Panels.Count + panelsPerPart - 1) / panelsPerPart;
        int otherParts = Product.Groups * ((Product.OutputRows + Rows - 1) / Rows) * RectanglesAcross;

        // Parts enough, and as many for each thread, so that no thread waits long for another's last part.
        int leastParts = threads == 1 ? 1 : LeastPartsPerThread * threads;
        PanelParts = Math.Min(Panels.Count, Math.Max(PanelParts, (leastParts + otherParts - 1) / otherParts));
        while (PanelParts * otherParts % threads != 0 && PanelParts < Panels.Count)
        {
            PanelParts++;
        }

        // Rows that two bands need are brought into order twice: shorter bands where a kernel of one row has none.
        long bandBytes = Product.TapRows == 1 ? OneRowBandBytes : BandBytes;
        long rowBytes = RowPitch * sizeof(T) * Math.Max(1, Product.SourceRows / Product.OutputRows);
        BandRows = (int)Math.Clamp(bandBytes / rowBytes / Rows * Rows, Math.Min(4 * Rows, Product.OutputRows), Product.OutputRows);
    }
}

using RobMask.Ops;

namespace RobMask.Kernels;

/// <summary>How the gradient of a convolution's weight is laid out for register tiles.</summary>
/// <remarks>
/// A tile holds output channels × two vectors of columns, its steps are pixels. With many channels a column is a channel:
/// the input is packed once, padded and channels last, and each tap (r, s) is the same walk from another start. Where the channels
/// fill one vector, the second one takes the next tap. With fewer a column is one (c, r, s), and the input is unrolled.
/// </remarks>
internal readonly unsafe struct WeightGradientPlan<T>
    where T : unmanaged
{
    /// <summary>Bytes of packed operands that are worked on at a time: they stay in the second-level caches for every tap.</summary>
    private const long BatchBytes = 2 << 20;

    /// <summary>Plans the gradient for tiles of <paramref name="lanes"/>·2 columns and at most <paramref name="maximumRows"/> rows.</summary>
    public WeightGradientPlan(in ConvShape shape, int lanes, int maximumRows)
    {
        Shape = shape;
        Width = 2 * lanes;
        Panels = new RowPanels(shape.OutputsPerGroup, maximumRows);
        int channelPanels = (shape.ChannelsPerGroup + Width - 1) / Width;
        int unrolledPanels = (shape.Terms + Width - 1) / Width;
        int taps = shape.R * shape.S;
        Paired = taps > 1 && shape.ChannelsPerGroup <= lanes;
        TapTiles = Paired ? (taps + 1) / 2 : taps;
        Unrolled = unrolledPanels * 2 <= channelPanels * TapTiles;
        Paired &= !Unrolled;
        TapTiles = Unrolled ? 1 : TapTiles;
        ColumnPanels = Unrolled ? unrolledPanels : channelPanels;
        PixelWidth = Paired ? lanes : Width;
        ConvAttributes a = shape.Attributes;

        // A stride over a single output is 1, so that no table grows with it.
        RowStride = shape.P == 1 ? 1 : a.StrideHeight;
        ColumnStride = shape.Q == 1 ? 1 : a.StrideWidth;
        // A kernel of one row or column reads every stride-th alone: only those are packed.
        PackedRowStep = shape.R == 1 ? RowStride : 1;
        PackedPhases = shape.S == 1 ? 1 : ColumnStride;
        PlaneRows = (((shape.P - 1) * RowStride) + ((shape.R - 1) * a.DilationHeight)) / PackedRowStep + 1;
        int columns = ((shape.Q - 1) * ColumnStride) + ((shape.S - 1) * a.DilationWidth) + 1;
        PhaseWidth = (columns + ColumnStride - 1) / ColumnStride;
        RowLength = PhaseWidth * PackedPhases;

        ImagesPerChain = Conv2d.ImagesPerChain(shape.P, shape.Q);
        Chains = (shape.N + ImagesPerChain - 1) / ImagesPerChain;
        long bytesPerChain = (long)ImagesPerChain * shape.Groups * sizeof(T)
            * (((long)ColumnPanels * PlaneLength) + ((long)Panels.PaddedRows * shape.P * shape.Q));
        ChainsPerBatch = (int)Math.Clamp(BatchBytes / bytesPerChain, 1, Chains);
        BatchImages = Math.Min(shape.N, ChainsPerBatch * ImagesPerChain);
        Levels = Chains == 1 ? 0 : 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Chains);
    }

    /// <summary>The convolution.</summary>
    public ConvShape Shape { get; }

    /// <summary>Input rows between output rows.</summary>
    public int RowStride { get; }

    /// <summary>Input columns between output columns.</summary>
    public int ColumnStride { get; }

    /// <summary>Input rows between packed rows.</summary>
    public int PackedRowStep { get; }

    /// <summary>Residues of columns modulo the stride that are packed.</summary>
    public int PackedPhases { get; }

    /// <summary>Columns of a tile.</summary>
    public int Width { get; }

    /// <summary>Output channels of a group.</summary>
    public RowPanels Panels { get; }

    /// <summary>Whether a column is one (c, r, s) rather than a channel.</summary>
    public bool Unrolled { get; }

    /// <summary>Panels of columns in a group.</summary>
    public int ColumnPanels { get; }

    /// <summary>Whether a tile's second vector holds the channels of the next tap.</summary>
    public bool Paired { get; }

    /// <summary>Walks over a packed image: one a tap, one for two taps when paired, or one in all when unrolled.</summary>
    public int TapTiles { get; }

    /// <summary>Elements of a packed pixel.</summary>
    public int PixelWidth { get; }

    /// <summary>Rows of a padded image.</summary>
    public int PlaneRows { get; }

    /// <summary>Padded columns of one residue modulo the stride.</summary>
    public int PhaseWidth { get; }

    /// <summary>Padded columns of a row.</summary>
    public int RowLength { get; }

    /// <summary>Elements of one packed image of one panel.</summary>
    public int PlaneLength => Unrolled ? Shape.P * Shape.Q * Width : PlaneRows * RowLength * PixelWidth;

    /// <summary>Elements of a packed image from an output row's first step to the next one's.</summary>
    public nint RowPitch => Unrolled ? (nint)Shape.Q * Width : StageRowPitch * PixelWidth;

    /// <summary>Elements of a padded channel from an output row's first step to the next one's.</summary>
    public nint StageRowPitch => (nint)RowLength * (RowStride / PackedRowStep);

    /// <summary>Images of a chain.</summary>
    public int ImagesPerChain { get; }

    /// <summary>Chains in all.</summary>
    public int Chains { get; }

    /// <summary>Chains that are packed at a time.</summary>
    public int ChainsPerBatch { get; }

    /// <summary>Images that are packed at a time.</summary>
    public int BatchImages { get; }

    /// <summary>Sums of full subtrees that may wait at one time; a single chain is the result itself.</summary>
    public int Levels { get; }

    /// <summary>Elements of the packed left operand (gradient of the output) of a batch.</summary>
    public long LeftLength => (long)Shape.Groups * Panels.PaddedRows * Shape.P * Shape.Q * BatchImages;

    /// <summary>Elements of the packed right operand (input) of a batch.</summary>
    public long RightLength => (long)Shape.Groups * ColumnPanels * BatchImages * PlaneLength;

    /// <summary>Tile columns: group, column panel, tap.</summary>
    public int Units => Shape.Groups * ColumnPanels * TapTiles;

    /// <summary>Where a packed row panel of an image starts.</summary>
    public nint LeftOffset(int group, int panel, int image)
    {
        nint pixels = (nint)Shape.P * Shape.Q;
        nint rows = ((nint)group * Panels.PaddedRows) + Panels.Start(panel);
        return (rows * pixels * BatchImages) + (image * pixels * Panels.Height(panel));
    }

    /// <summary>Where a packed image of a column panel starts.</summary>
    public nint RightOffset(int group, int columnPanel, int image) =>
        (((((nint)group * ColumnPanels) + columnPanel) * BatchImages) + image) * PlaneLength;

    /// <summary>The output rows whose tap row <paramref name="r"/> lies inside the image.</summary>
    public (int First, int End) RowsInside(int r) =>
        Inside((r * Shape.Attributes.DilationHeight) - Shape.Attributes.PaddingHeight, RowStride, Shape.H, Shape.P);

    /// <summary>The output columns whose tap column <paramref name="s"/> lies inside the image.</summary>
    public (int First, int End) ColumnsInside(int s) =>
        Inside((s * Shape.Attributes.DilationWidth) - Shape.Attributes.PaddingWidth, ColumnStride, Shape.W, Shape.Q);

    /// <summary>Whether a tap reads packed row <paramref name="y"/>.</summary>
    public bool ReadsRow(int y) => Reads(y * PackedRowStep, Shape.R, Shape.Attributes.DilationHeight, RowStride);

    /// <summary>Whether a tap reads columns of residue <paramref name="phase"/> modulo the stride.</summary>
    public bool ReadsColumns(int phase) => Reads(phase, Shape.S, Shape.Attributes.DilationWidth, ColumnStride);

    /// <summary>Where the walk of a tap starts in a packed image.</summary>
    public nint TapOffset(int tap)
    {
        if (Unrolled)
        {
            return 0;
        }

        return StageOffset(tap / Shape.S, tap % Shape.S) * PixelWidth;
    }

    /// <summary>Where the walk of tap (r, s) starts in a padded image of one channel, its columns sorted by their residue.</summary>
    public nint StageOffset(int r, int s)
    {
        int column = s * Shape.Attributes.DilationWidth;
        return ((nint)r * Shape.Attributes.DilationHeight * RowLength) + (column % ColumnStride * PhaseWidth) + (column / ColumnStride);
    }

    /// <summary>The padded columns of a residue that lie inside the image.</summary>
    public (int First, int End) PhaseInside(int phase)
    {
        int padding = Shape.Attributes.PaddingWidth;
        int first = Math.Clamp((padding - phase + ColumnStride - 1) / ColumnStride, 0, PhaseWidth);
        int inside = Shape.W + padding - phase;
        return (first, inside <= 0 ? first : Math.Clamp((inside + ColumnStride - 1) / ColumnStride, first, PhaseWidth));
    }

    private static (int First, int End) Inside(int offset, int stride, int extent, int outputs)
    {
        int first = offset >= 0 ? 0 : (stride - 1 - offset) / stride;
        int end = extent > offset ? Math.Min(outputs, ((extent - 1 - offset) / stride) + 1) : 0;
        return first < end ? (first, end) : (0, 0);
    }

    private static bool Reads(int position, int taps, int dilation, int stride)
    {
        for (int tap = 0; tap < taps; tap++)
        {
            if ((position - (tap * dilation)) % stride == 0)
            {
                return true;
            }
        }

        return false;
    }
}

namespace RobMask.Kernels;

/// <summary>
/// A product of weights with a window that slides over images: the forward convolution, one stride phase of the gradient of
/// its input, and, with images of one row, a matrix product.
/// </summary>
/// <remarks>
/// output[n, g, m, u, v] = Σ over (c, i, j) in that order of weight[g, m, c, i, j] · source[n, g, c, row, column],
/// row = u·RowStride + FirstRow + i·RowStep, column likewise; a source element outside the image is a zero.
/// Pitches count elements.
/// </remarks>
internal unsafe struct SlidingProduct<T>
    where T : unmanaged
{
    /// <summary>Images and groups.</summary>
    public int Images, Groups;

    /// <summary>Channels of a group in the source, and rows and columns of its images.</summary>
    public int Channels, SourceRows, SourceColumns;

    /// <summary>The source.</summary>
    public T* Source;

    /// <summary>Pitches of the source.</summary>
    public nint SourceImagePitch, SourceChannelPitch, SourceRowPitch, SourceColumnPitch;

    /// <summary>Taps and where they read.</summary>
    public int TapRows, TapColumns, FirstRow, FirstColumn, RowStep, ColumnStep, RowStride, ColumnStride;

    /// <summary>Output channels of a group (rows of the left operand).</summary>
    public int Outputs;

    /// <summary>The weight of group 0, output 0, channel 0, tap (0, 0).</summary>
    public T* Weight;

    /// <summary>Pitches of the weight.</summary>
    public nint WeightGroupPitch, WeightOutputPitch, WeightChannelPitch, WeightTapRowPitch, WeightTapColumnPitch;

    /// <summary>Rows and columns of an output image, and how many of the columns are kept: fewer in the later ones of interleaved products.</summary>
    public int OutputRows, OutputColumns, KeptColumns;

    /// <summary>The output.</summary>
    public T* Output;

    /// <summary>Pitches of the output.</summary>
    public nint OutputImagePitch, OutputChannelPitch, OutputRowPitch, OutputColumnPitch;

    /// <summary>One value an output channel, added to the finished chain, or null.</summary>
    public T* Bias;

    /// <summary>One value an output element, laid out as the output and maybe the output itself, added last, or null.</summary>
    public T* Addend;

    /// <summary>The packed weights, and the channels of one of their blocks: set by <see cref="SlidingKernel"/>.</summary>
    public T* PackedWeight;

    /// <summary>Channels whose steps are packed at a time.</summary>
    public int BlockChannels;

    /// <summary>Taps.</summary>
    public readonly int Taps => TapRows * TapColumns;

    /// <summary>Outputs of one channel in all images.</summary>
    public readonly int Pixels => Images * OutputRows * OutputColumns;

    /// <summary>Writes the same product in a simpler form where there is one.</summary>
    /// <remarks>
    /// A stride over a single output is 1, so that no table grows with it. An image is one long row where the window is a
    /// single element that passes over all of it: longer runs to copy.
    /// </remarks>
    /// <param name="interleaved">How many products share the output: only one alone is changed.</param>
    public void Simplify(int interleaved)
    {
        if (interleaved > 1)
        {
            return;
        }

        RowStride = OutputRows == 1 ? 1 : RowStride;
        ColumnStride = OutputColumns == 1 ? 1 : ColumnStride;
        bool whole = Taps == 1 && FirstRow == 0 && FirstColumn == 0 && RowStride == 1 && ColumnStride == 1
            && OutputRows == SourceRows && OutputColumns == SourceColumns;
        if (whole && SourceRowPitch == SourceColumns * SourceColumnPitch && OutputRowPitch == OutputColumns * OutputColumnPitch)
        {
            SourceColumns *= SourceRows;
            OutputColumns *= OutputRows;
            KeptColumns = OutputColumns;
            SourceRows = 1;
            OutputRows = 1;
        }
    }
}

namespace RobMask.Ops;

/// <summary>What a two-dimensional convolution is, apart from its operands' extents.</summary>
/// <param name="KernelHeight">R ≥ 1.</param>
/// <param name="KernelWidth">S ≥ 1.</param>
/// <param name="StrideHeight">Rows between outputs, ≥ 1.</param>
/// <param name="StrideWidth">Columns between outputs, ≥ 1.</param>
/// <param name="PaddingHeight">Zero rows above and below, ≥ 0.</param>
/// <param name="PaddingWidth">Zero columns left and right, ≥ 0.</param>
/// <param name="DilationHeight">Rows between taps, ≥ 1.</param>
/// <param name="DilationWidth">Columns between taps, ≥ 1.</param>
/// <param name="Groups">Groups of channels that do not see each other, ≥ 1.</param>
public readonly record struct ConvAttributes(
    int KernelHeight,
    int KernelWidth,
    int StrideHeight = 1,
    int StrideWidth = 1,
    int PaddingHeight = 0,
    int PaddingWidth = 0,
    int DilationHeight = 1,
    int DilationWidth = 1,
    int Groups = 1)
{
    /// <summary>A square kernel with one stride, padding and dilation for both directions.</summary>
    public static ConvAttributes Square(int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
        new(kernel, kernel, stride, stride, padding, padding, dilation, dilation, groups);
}

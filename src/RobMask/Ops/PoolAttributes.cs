namespace RobMask.Ops;

/// <summary>The window of a two-dimensional pooling.</summary>
/// <param name="KernelHeight">Rows of the window, ≥ 1.</param>
/// <param name="KernelWidth">Columns of the window, ≥ 1.</param>
/// <param name="StrideHeight">Rows between windows, ≥ 1.</param>
/// <param name="StrideWidth">Columns between windows, ≥ 1.</param>
/// <param name="PaddingHeight">Rows added above and below, at most half the window, as in PyTorch.</param>
/// <param name="PaddingWidth">Columns added left and right, at most half the window.</param>
public readonly record struct PoolAttributes(
    int KernelHeight,
    int KernelWidth,
    int StrideHeight,
    int StrideWidth,
    int PaddingHeight = 0,
    int PaddingWidth = 0)
{
    /// <summary>A square window.</summary>
    public static PoolAttributes Square(int kernel, int stride, int padding = 0) => new(kernel, kernel, stride, stride, padding, padding);
}

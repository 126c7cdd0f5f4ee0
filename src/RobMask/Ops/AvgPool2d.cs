using System.Numerics;
using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Average pooling: the mean of each window, padding counted as zeros.</summary>
/// <remarks>
/// <para>PyTorch: <c>avg_pool2d</c> with count_include_pad and without ceil_mode. Shapes: [N, C, H, W] to [N, C, P, Q], as <see cref="MaxPool2d"/>.</para>
/// <para>Order: the values inside the image are added from +0 over (r, s), each addition rounded to T, then divided by R·S. Gradient: g/(R·S), rounded,
/// is added to every value of the window, in ascending (p, q) for each value. NaN and ±∞ follow IEEE 754.</para>
/// </remarks>
public static class AvgPool2d
{
    /// <summary>The mean of each window.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="attributes">The window.</param>
    /// <param name="output">[N, C, P, Q].</param>
    /// <exception cref="ArgumentException">Shapes disagree, or the window does not suit the input.</exception>
    public static void Forward<T>(DenseTensor<T> input, PoolAttributes attributes, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        PoolShape shape = PoolShape.Of(input.Shape, attributes);
        shape.RequireOutput(nameof(output), output.Shape, input.Shape);
        Workers.For(shape.Planes, new ForwardJob<T>(shape, input, output));
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="gradOutput">[N, C, P, Q].</param>
    /// <param name="attributes">The window.</param>
    /// <param name="gradInput">[N, C, H, W].</param>
    /// <exception cref="ArgumentException">Shapes disagree, or the window does not suit the input.</exception>
    public static void Backward<T>(DenseTensor<T> gradOutput, PoolAttributes attributes, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        PoolShape shape = PoolShape.Of(gradInput.Shape, attributes);
        shape.RequireOutput(nameof(gradOutput), gradOutput.Shape, gradInput.Shape);
        Workers.For(shape.Planes, new BackwardJob<T>(shape, gradOutput, gradInput));
    }

    private readonly struct ForwardJob<T>(PoolShape shape, DenseTensor<T> input, DenseTensor<T> output) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            ReadOnlySpan<T> plane = input.Span.Slice(index * shape.Height * shape.Width, shape.Height * shape.Width);
            Span<T> means = output.Span.Slice(index * shape.OutputHeight * shape.OutputWidth, shape.OutputHeight * shape.OutputWidth);
            T count = T.CreateChecked(shape.Attributes.KernelHeight * shape.Attributes.KernelWidth);
            for (int p = 0; p < shape.OutputHeight; p++)
            {
                (int firstRow, int lastRow) = shape.Rows(p);
                for (int q = 0; q < shape.OutputWidth; q++)
                {
                    (int firstColumn, int lastColumn) = shape.Columns(q);
                    T sum = T.Zero;
                    for (int h = firstRow; h < lastRow; h++)
                    {
                        for (int w = firstColumn; w < lastColumn; w++)
                        {
                            sum += plane[(h * shape.Width) + w];
                        }
                    }

                    means[(p * shape.OutputWidth) + q] = sum / count;
                }
            }
        }
    }

    private readonly struct BackwardJob<T>(PoolShape shape, DenseTensor<T> gradOutput, DenseTensor<T> gradInput) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            Span<T> plane = gradInput.Span.Slice(index * shape.Height * shape.Width, shape.Height * shape.Width);
            ReadOnlySpan<T> gradient = gradOutput.Span.Slice(index * shape.OutputHeight * shape.OutputWidth, shape.OutputHeight * shape.OutputWidth);
            T count = T.CreateChecked(shape.Attributes.KernelHeight * shape.Attributes.KernelWidth);
            plane.Clear();
            for (int p = 0; p < shape.OutputHeight; p++)
            {
                (int firstRow, int lastRow) = shape.Rows(p);
                for (int q = 0; q < shape.OutputWidth; q++)
                {
                    (int firstColumn, int lastColumn) = shape.Columns(q);
                    T share = gradient[(p * shape.OutputWidth) + q] / count;
                    for (int h = firstRow; h < lastRow; h++)
                    {
                        for (int w = firstColumn; w < lastColumn; w++)
                        {
                            plane[(h * shape.Width) + w] += share;
                        }
                    }
                }
            }
        }
    }
}

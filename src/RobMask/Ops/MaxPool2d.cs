using System.Numerics;
using System.Runtime.InteropServices;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Max-pooling: the largest value of each window; exact.</summary>
/// <remarks>
/// <para>PyTorch: <c>max_pool2d</c> without ceil_mode and dilation. Shapes: [N, C, H, W] to [N, C, P, Q], P = ⌊(H + 2·padding − R)/stride⌋ + 1;
/// padding is never the maximum.</para>
/// <para>A window is read row by row; a value replaces the maximum if it is larger or NaN. So the first of equal values wins (+0 and −0 are
/// equal), and the last NaN wins over everything. The winner's index h·W + w in its plane is kept for the gradient.</para>
/// <para>Gradient: each output's goes to its winner; where windows overlap they are added in ascending (p, q), each addition rounded to T.</para>
/// </remarks>
public static class MaxPool2d
{
    /// <summary>The shape of the output, [N, C, P, Q].</summary>
    /// <exception cref="ArgumentException">The window does not suit the input.</exception>
    public static TensorShape OutputShape(TensorShape input, PoolAttributes attributes) => PoolShape.Of(input, attributes).Output(input);

    /// <summary>The largest value of each window, and where it lies.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="attributes">The window.</param>
    /// <param name="output">[N, C, P, Q].</param>
    /// <param name="indices">[N, C, P, Q]: h·W + w of each winner.</param>
    /// <exception cref="ArgumentException">Shapes disagree, or the window does not suit the input.</exception>
    public static void Forward<T>(DenseTensor<T> input, PoolAttributes attributes, DenseTensor<T> output, DenseTensor<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        PoolShape shape = PoolShape.Of(input.Shape, attributes);
        shape.RequireOutput(nameof(output), output.Shape, input.Shape);
        shape.RequireOutput(nameof(indices), indices.Shape, input.Shape);
        Workers.For(shape.Planes, new ForwardJob<T>(shape, input, output, indices));
    }

    /// <summary>The gradient of the input: each output's at its winner, +0 elsewhere.</summary>
    /// <param name="gradOutput">[N, C, P, Q].</param>
    /// <param name="indices">What the forward pass gave.</param>
    /// <param name="gradInput">[N, C, H, W].</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> gradOutput, DenseTensor<int> indices, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.SameShape("pool2d C5", nameof(indices), indices, nameof(gradOutput), gradOutput);
        TensorShape input = gradInput.Shape;
        TensorShape output = gradOutput.Shape;
        if (input.Rank != 4 || output.Rank != 4 || input[0] != output[0] || input[1] != output[1])
        {
            throw new ArgumentException($"pool2d C5: gradInput is {input}, gradOutput is {output}; both must be [N, C, …] of four dimensions", nameof(gradInput));
        }

        Workers.For(input[0] * input[1], new BackwardJob<T>(gradOutput, indices, gradInput));
    }

    private readonly struct ForwardJob<T>(PoolShape shape, DenseTensor<T> input, DenseTensor<T> output, DenseTensor<int> indices) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            ReadOnlySpan<T> plane = input.Span.Slice(index * shape.Height * shape.Width, shape.Height * shape.Width);
            Span<T> maxima = output.Span.Slice(index * shape.OutputHeight * shape.OutputWidth, shape.OutputHeight * shape.OutputWidth);
            Span<int> winners = indices.Span.Slice(index * shape.OutputHeight * shape.OutputWidth, maxima.Length);
            if (typeof(T) == typeof(float) && Real.Vectorises)
            {
                MaxPoolPlane.Forward(shape, MemoryMarshal.Cast<T, float>(plane), MemoryMarshal.Cast<T, float>(maxima), winners);
                return;
            }

            for (int p = 0; p < shape.OutputHeight; p++)
            {
                (int firstRow, int lastRow) = shape.Rows(p);
                for (int q = 0; q < shape.OutputWidth; q++)
                {
                    (int firstColumn, int lastColumn) = shape.Columns(q);
                    int winner = (firstRow * shape.Width) + firstColumn;
                    T maximum = plane[winner];
                    for (int h = firstRow; h < lastRow; h++)
                    {
                        for (int w = firstColumn; w < lastColumn; w++)
                        {
                            T value = plane[(h * shape.Width) + w];
                            if (value > maximum || T.IsNaN(value))
                            {
                                maximum = value;
                                winner = (h * shape.Width) + w;
                            }
                        }
                    }

                    maxima[(p * shape.OutputWidth) + q] = maximum;
                    winners[(p * shape.OutputWidth) + q] = winner;
                }
            }
        }
    }

    private readonly struct BackwardJob<T>(DenseTensor<T> gradOutput, DenseTensor<int> indices, DenseTensor<T> gradInput) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int inputLength = gradInput.Shape[2] * gradInput.Shape[3];
            int outputLength = gradOutput.Shape[2] * gradOutput.Shape[3];
            Span<T> plane = gradInput.Span.Slice(index * inputLength, inputLength);
            ReadOnlySpan<T> gradient = gradOutput.Span.Slice(index * outputLength, outputLength);
            ReadOnlySpan<int> winners = indices.Span.Slice(index * outputLength, outputLength);
            plane.Clear();
            for (int i = 0; i < gradient.Length; i++)
            {
                plane[winners[i]] += gradient[i];
            }
        }
    }
}

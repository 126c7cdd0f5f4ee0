using System.Numerics;
using System.Numerics.Tensors;
using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>A linear layer, y = x·Wᵀ + b (torch.nn.functional.linear).</summary>
/// <remarks>
/// <para>output[n, k] = Σ_d weight[k, d] · input[n, d] + bias[k]. Shapes: input [N, D], weight [K, D], bias [K], output [N, K], no extent 0.
/// Constraints: C1 the ranks, C2 both have D features, C3 every other tensor has the shape that follows.</para>
/// <para>Evaluation order, every fma with one rounding, every chain from +0:</para>
/// <list type="bullet">
/// <item>Forward: acc = fma(input, weight, acc) over d; the bias is added last, one rounding.</item>
/// <item>Gradient of the input: acc = fma(gradOutput, weight, acc) over k.</item>
/// <item>Gradient of the weight: in blocks of 512 consecutive images acc = fma(input, gradOutput, acc) over n; the blocks are added in the tree of
/// <see cref="Numerics.PairwiseTree{T}"/>: a convolution's of 1×1 images.</item>
/// <item>Gradient of the bias: the values of a column in double, added in the same tree over n, rounded once.</item>
/// </list>
/// <para>NaN, ±Inf, ±0 and subnormals follow IEEE 754.</para>
/// </remarks>
public static unsafe partial class Linear
{
    /// <summary>Writes the output.</summary>
    /// <exception cref="ArgumentException">A constraint does not hold.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int n, int d, int k) = CheckForward(input, weight, bias, output);
        ConvolutionKernels.Multiply(n, d, k, input.Pointer, d, 1, weight.Pointer, 1, d, output.Pointer, VectorBits.Best);
        for (int row = 0; bias is not null && row < n; row++)
        {
            Span<T> outputs = output.Span.Slice(row * k, k);
            TensorPrimitives.Add(outputs, bias.Span, outputs);
        }

        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(output);
    }

    /// <summary>Writes the gradient of the input.</summary>
    /// <exception cref="ArgumentException">A constraint does not hold.</exception>
    public static void BackwardInput<T>(DenseTensor<T> gradOutput, DenseTensor<T> weight, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int n, int d, int k) = Check(gradInput, weight, gradOutput, nameof(gradInput), nameof(weight), nameof(gradOutput));
        ConvolutionKernels.Multiply(n, k, d, gradOutput.Pointer, k, 1, weight.Pointer, d, 1, gradInput.Pointer, VectorBits.Best);
        GC.KeepAlive(gradOutput);
        GC.KeepAlive(weight);
        GC.KeepAlive(gradInput);
    }

    /// <summary>Writes the gradient of the weight.</summary>
    /// <exception cref="ArgumentException">A constraint does not hold.</exception>
    public static void BackwardWeight<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int n, int d, int k) = Check(input, gradWeight, gradOutput, nameof(input), nameof(gradWeight), nameof(gradOutput));
        ConvShape shape = new(n, d, 1, 1, k, 1, 1, ConvAttributes.Square(1));
        ConvolutionKernels.BackwardWeight(shape, input.Pointer, gradOutput.Pointer, gradWeight.Pointer, VectorBits.Best);
        GC.KeepAlive(input);
        GC.KeepAlive(gradOutput);
        GC.KeepAlive(gradWeight);
    }

    /// <summary>Writes the gradient of the bias.</summary>
    /// <exception cref="ArgumentException">A constraint does not hold.</exception>
    public static void BackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckBackwardBias(gradOutput, gradBias);
        Workers.For(planes.Channels, new BiasGradientJob<T>(planes, gradOutput, gradBias));
    }

    private static Planes CheckBackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged
    {
        Require.Matrix("linear C1", nameof(gradOutput), gradOutput);
        Require.Vector("linear C3", nameof(gradBias), gradBias, gradOutput.Shape[1]);
        return Planes.Of("linear C1", nameof(gradOutput), gradOutput.Shape);
    }

    private static (int Images, int Features, int Outputs) CheckForward<T>(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, DenseTensor<T> output)
        where T : unmanaged
    {
        (int Images, int Features, int Outputs) extents = Check(input, weight, output, nameof(input), nameof(weight), nameof(output));
        if (bias is not null)
        {
            Require.Vector("linear C3", nameof(bias), bias, extents.Outputs);
        }

        return extents;
    }

    private static (int Images, int Features, int Outputs) Check<T>(
        DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T> output, string inputName, string weightName, string outputName)
        where T : unmanaged
    {
        if (input.Shape.Rank != 2 || input.Length == 0)
        {
            throw new ArgumentException($"linear C1: {inputName} is {input.Shape}, not [N, D] with every extent above 0", inputName);
        }

        if (weight.Shape.Rank != 2 || weight.Length == 0)
        {
            throw new ArgumentException($"linear C1: {weightName} is {weight.Shape}, not [K, D] with every extent above 0", weightName);
        }

        int images = input.Shape[0];
        int features = input.Shape[1];
        int outputs = weight.Shape[0];
        if (weight.Shape[1] != features)
        {
            throw new ArgumentException($"linear C2: {weightName} {weight.Shape} has {weight.Shape[1]} features, {inputName} {input.Shape} has {features}", weightName);
        }

        Require.Matrix("linear C3", outputName, output, images, outputs);
        return (images, features, outputs);
    }
}

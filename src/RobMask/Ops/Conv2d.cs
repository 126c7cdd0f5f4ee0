using System.Numerics;
using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Two-dimensional cross-correlation (torch.nn.functional.conv2d).</summary>
/// <remarks>
/// <para>output[n, k, p, q] = Σ_{c, r, s} weight[k, c, r, s] · input[n, g·C/groups + c, h, w] + bias[k], where g = k / (K/groups),
/// h = p·stride − padding + r·dilation, w likewise from q and s. Shapes: input [N, C, H, W], weight [K, C/groups, R, S],
/// bias [K], output [N, K, P, Q]; constraints C1 to C6 stand in <see cref="ConvShape"/>.</para>
/// <para>Evaluation order, every fma with one rounding:</para>
/// <list type="bullet">
/// <item>Forward: acc = +0, then acc = fma(input, weight, acc) over (c, r, s), s fastest; a position in the padding is a term with
/// input +0. The bias is added last, one rounding.</item>
/// <item>Gradient of the input: acc = +0, then acc = fma(gradOutput, weight, acc) over (k, r, s) of the group, s fastest. A tap (r, s) is a term if
/// (h + padding − r·dilation) and (w + padding − s·dilation) are divisible by the stride; if it is and its (p, q) lies outside
/// [0, P)×[0, Q), gradOutput counts as +0. No tap: +0.</item>
/// <item>Addend, of either: added to the finished value, after the bias, one rounding: the bits of <see cref="Residual"/> after the call
/// without it. It may be the destination itself, which then accumulates.</item>
/// <item>Gradient of the weight: images are cut into blocks of G = max(1, ⌈512 / (P·Q)⌉) consecutive ones, the last maybe shorter. In
/// each, acc = +0, then acc = fma(input, gradOutput, acc) over (n, p, q), q fastest, padding as a term with input +0. The blocks are
/// added in the tree of <see cref="Numerics.PairwiseTree{T}"/>: a run of n ≥ 2 blocks is (its first m) + (the others), m the
/// largest power of two below n.</item>
/// <item>Gradient of the bias: each plane (n, k) by <see cref="Numerics.LaneSum"/> in double, the planes of a channel added in the same tree over n,
/// in double, and rounded once.</item>
/// </list>
/// <para>NaN and ±Inf follow IEEE 754, so a zero of the padding times an infinite weight is NaN. Subnormals are kept. A chain starts
/// from +0, so an output is −0 only if its last rounding underflows to it, or by a bias or addend.</para>
/// </remarks>
public static unsafe partial class Conv2d
{
    /// <summary>The shape of the output, [N, K, P, Q].</summary>
    /// <exception cref="ArgumentException">A constraint of <see cref="ConvShape"/> does not hold.</exception>
    public static TensorShape OutputShape(TensorShape input, TensorShape weight, ConvAttributes attributes) =>
        ConvShape.Create(input, weight, attributes).Output;

    /// <summary>Writes the output, with <paramref name="addend"/> added last if there is one; it may be the output itself.</summary>
    /// <exception cref="ArgumentException">A constraint of <see cref="ConvShape"/> does not hold.</exception>
    public static void Forward<T>(
        DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, ConvAttributes attributes, DenseTensor<T> output, DenseTensor<T>? addend = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvShape shape = CheckForward(input, weight, bias, attributes, output, addend);
        ConvolutionKernels.Forward(
            shape, input.Pointer, weight.Pointer, bias is null ? null : bias.Pointer, addend is null ? null : addend.Pointer, output.Pointer, VectorBits.Best);
        KeepAlive(input, weight, bias, output);
        GC.KeepAlive(addend);
    }

    /// <summary>Writes the gradient of the input, with <paramref name="addend"/> added last if there is one; it may be <paramref name="gradInput"/> itself.</summary>
    /// <exception cref="ArgumentException">A constraint of <see cref="ConvShape"/> does not hold.</exception>
    public static void BackwardInput<T>(
        DenseTensor<T> gradOutput, DenseTensor<T> weight, ConvAttributes attributes, DenseTensor<T> gradInput, DenseTensor<T>? addend = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvShape shape = CheckBackwardInput(gradOutput, weight, attributes, gradInput, addend);
        ConvolutionKernels.BackwardInput(shape, gradOutput.Pointer, weight.Pointer, addend is null ? null : addend.Pointer, gradInput.Pointer, VectorBits.Best);
        KeepAlive(gradOutput, weight, gradInput, addend);
    }

    /// <summary>Writes the gradient of the weight.</summary>
    /// <exception cref="ArgumentException">A constraint of <see cref="ConvShape"/> does not hold.</exception>
    public static void BackwardWeight<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, ConvAttributes attributes, DenseTensor<T> gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvShape shape = CheckBackwardWeight(input, gradOutput, attributes, gradWeight);
        ConvolutionKernels.BackwardWeight(shape, input.Pointer, gradOutput.Pointer, gradWeight.Pointer, VectorBits.Best);
        KeepAlive(input, gradOutput, gradWeight, null);
    }

    /// <summary>Writes the gradient of the bias, [K], from that of the output, [N, K, P, Q].</summary>
    /// <exception cref="ArgumentException">C6 does not hold.</exception>
    public static void BackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckBackwardBias(gradOutput, gradBias);
        Workers.For(planes.Channels, new BiasGradientJob<T>(planes, gradOutput, gradBias));
    }

    /// <summary>The gradient of the bias by its definition, which <see cref="BackwardBias{T}"/> runs on all threads.</summary>
    public static void BackwardBiasPlain<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckBackwardBias(gradOutput, gradBias);
        for (int k = 0; k < planes.Channels; k++)
        {
            new BiasGradientJob<T>(planes, gradOutput, gradBias).Run(k, 0);
        }
    }

    /// <summary>G: how many images' terms the gradient of a weight adds in one chain.</summary>
    /// <remarks>Near 512 terms: long enough that the additions between chains cost nothing, short enough that the error stays small.</remarks>
    internal static int ImagesPerChain(int outputRows, int outputColumns)
    {
        long pixels = (long)outputRows * outputColumns;
        return (int)Math.Max(1, (512 + pixels - 1) / pixels);
    }

    /// <summary>The kernels hold addresses only.</summary>
    private static void KeepAlive(object first, object second, object? third, object? fourth)
    {
        GC.KeepAlive(first);
        GC.KeepAlive(second);
        GC.KeepAlive(third);
        GC.KeepAlive(fourth);
    }

    private static ConvShape CheckForward<T>(
        DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, ConvAttributes attributes, DenseTensor<T> output, DenseTensor<T>? addend)
        where T : unmanaged
    {
        ConvShape shape = ConvShape.CreateChecked(input.Shape, weight.Shape, attributes, output.Shape, nameof(output));
        if (bias is not null)
        {
            CheckBias(bias.Shape, shape.K, nameof(bias));
        }

        CheckAddend(addend, output, nameof(output));
        return shape;
    }

    private static ConvShape CheckBackwardInput<T>(
        DenseTensor<T> gradOutput, DenseTensor<T> weight, ConvAttributes attributes, DenseTensor<T> gradInput, DenseTensor<T>? addend)
        where T : unmanaged
    {
        CheckAddend(addend, gradInput, nameof(gradInput));
        return ConvShape.CreateChecked(gradInput.Shape, weight.Shape, attributes, gradOutput.Shape, nameof(gradOutput));
    }

    private static void CheckAddend<T>(DenseTensor<T>? addend, DenseTensor<T> destination, string destinationName)
        where T : unmanaged
    {
        if (addend is not null)
        {
            Require.SameShape("conv2d C6", nameof(addend), addend, destinationName, destination);
        }
    }

    private static ConvShape CheckBackwardWeight<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, ConvAttributes attributes, DenseTensor<T> gradWeight)
        where T : unmanaged =>
        ConvShape.CreateChecked(input.Shape, gradWeight.Shape, attributes, gradOutput.Shape, nameof(gradOutput));

    private static Planes CheckBackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged
    {
        if (gradOutput.Shape.Rank != 4)
        {
            throw new ArgumentException($"conv2d C6: gradOutput is {gradOutput.Shape}, not [N, K, P, Q]", nameof(gradOutput));
        }

        CheckBias(gradBias.Shape, gradOutput.Shape[1], nameof(gradBias));
        return Planes.Of("conv2d C6", nameof(gradOutput), gradOutput.Shape);
    }

    private static void CheckBias(TensorShape bias, int channels, string name)
    {
        if (bias.Rank != 1 || bias[0] != channels)
        {
            throw new ArgumentException($"conv2d C6: {name} is {bias}, not [{channels}]", name);
        }
    }
}

using System.Numerics;
using System.Numerics.Tensors;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Batch normalisation with its mask, z = γ·(a − μ)·r + β, the sum and the ReLU behind it, h = max(z + s, 0): up to four operations in one pass over memory.</summary>
/// <remarks>
/// <para>Shapes: a, h [N, C, H, W] or [N, C]; γ, β both [C] or both [N, C]; μ, v, r [C].</para>
/// <para>The bits are those of <see cref="Normalise"/>, <see cref="Rescale"/>, <see cref="Residual"/> and <see cref="Relu"/> one after another, forward and backward: every element goes
/// through the same roundings, only x̂ and z stay in registers. The backward pass computes them anew from a, so a must still
/// be what it was; neither x̂ nor h is read.</para>
/// <para>Passes over memory: forward, training: a for the statistics, a and h; evaluation: a and h. Backward, training: a and g for the sums, a and g and the
/// gradient of a; evaluation with no gradient of the mask wanted: the last alone.</para>
/// </remarks>
public static class BatchNorm
{
    /// <summary>Normalises by the batch's own statistics, rescales, adds, and applies ReLU if <paramref name="relu"/>.</summary>
    /// <param name="input">a.</param>
    /// <param name="epsilon">ε ≥ 0, added to the variance.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="beta">β.</param>
    /// <param name="addend">s, or null for none.</param>
    /// <param name="relu">Whether ReLU comes last.</param>
    /// <param name="output">h; may be <paramref name="input"/> where no backward pass follows.</param>
    /// <param name="mean">μ [C].</param>
    /// <param name="variance">v [C], biased.</param>
    /// <param name="reciprocal">r [C].</param>
    /// <exception cref="ArgumentException">Shapes disagree, or a channel has fewer than two values.</exception>
    public static void ForwardTraining<T>(
        DenseTensor<T> input, float epsilon, DenseTensor<T> gamma, DenseTensor<T> beta, DenseTensor<T>? addend, bool relu, DenseTensor<T> output, DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Normalise.Statistics(input, epsilon, mean, variance, reciprocal);
        Forward(new BatchNormPlanes<T>(input, mean, reciprocal, gamma, beta), addend, relu, output);
    }

    /// <summary>Normalises by running statistics, rescales, adds, and applies ReLU if <paramref name="relu"/>.</summary>
    /// <param name="input">a.</param>
    /// <param name="runningMean">μ [C].</param>
    /// <param name="runningVariance">v [C].</param>
    /// <param name="epsilon">ε ≥ 0, added to the variance.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="beta">β.</param>
    /// <param name="addend">s, or null for none.</param>
    /// <param name="relu">Whether ReLU comes last.</param>
    /// <param name="output">h; may be <paramref name="input"/> where no backward pass follows.</param>
    /// <param name="reciprocal">r [C].</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void ForwardEvaluation<T>(
        DenseTensor<T> input, DenseTensor<T> runningMean, DenseTensor<T> runningVariance, float epsilon, DenseTensor<T> gamma, DenseTensor<T> beta, DenseTensor<T>? addend, bool relu, DenseTensor<T> output, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Normalise.Reciprocals(runningVariance, epsilon, reciprocal);
        Forward(new BatchNormPlanes<T>(input, runningMean, reciprocal, gamma, beta), addend, relu, output);
    }

    /// <summary>The gradients through <see cref="ForwardTraining"/> or <see cref="ForwardEvaluation"/> without an addend: of the mask, of a, or of both.</summary>
    /// <remarks>
    /// With an addend the gradient of z + s is that of both summands, so it must be there anyway: <see cref="Relu.Backward"/> first, then this
    /// without ReLU.
    /// </remarks>
    /// <param name="input">a, what the forward pass read.</param>
    /// <param name="mean">μ, what the forward pass used.</param>
    /// <param name="reciprocal">r, what the forward pass gave.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="beta">β.</param>
    /// <param name="relu">Whether the forward pass ended with ReLU and had no addend.</param>
    /// <param name="training">Whether the statistics were the batch's own, and so depend on a.</param>
    /// <param name="gradOutput">g, the gradient of h.</param>
    /// <param name="gradGamma">The gradient of γ, of its shape; null with <paramref name="gradBeta"/> where it is not wanted.</param>
    /// <param name="gradBeta">The gradient of β.</param>
    /// <param name="addend">Added to the gradient of a in one more rounding (<see cref="Residual"/>); or null.</param>
    /// <param name="gradInput">The gradient of a; may be <paramref name="gradOutput"/> or <paramref name="addend"/>; null where it is not wanted.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(
        DenseTensor<T> input,
        DenseTensor<T> mean,
        DenseTensor<T> reciprocal,
        DenseTensor<T> gamma,
        DenseTensor<T> beta,
        bool relu,
        bool training,
        DenseTensor<T> gradOutput,
        DenseTensor<T>? gradGamma,
        DenseTensor<T>? gradBeta,
        DenseTensor<T>? addend,
        DenseTensor<T>? gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BatchNormPlanes<T> source = new(input, mean, reciprocal, gamma, beta);
        Require.SameShape("batch norm C1", nameof(gradOutput), gradOutput, nameof(input), input);
        if ((gradGamma is null) != (gradBeta is null))
        {
            throw new ArgumentException("batch norm C3: the gradients of γ and β are wanted both or neither", nameof(gradBeta));
        }

        if (gradGamma is not null)
        {
            Require.SameShape("batch norm C2", nameof(gradGamma), gradGamma, nameof(gamma), gamma);
            Require.SameShape("batch norm C2", nameof(gradBeta), gradBeta!, nameof(gamma), gamma);
        }

        if (gradInput is not null)
        {
            Require.SameShape("batch norm C1", nameof(gradInput), gradInput, nameof(input), input);
            Require.SameShape("batch norm C1", nameof(addend), addend ?? gradInput, nameof(input), input);
        }

        bool decorrelates = training && gradInput is not null;
        Memory<double> means = default;
        if (gradGamma is not null || decorrelates)
        {
            means = Sums(source, relu, gradOutput, gradGamma, gradBeta, decorrelates);
        }

        if (gradInput is not null)
        {
            Planes planes = source.Planes;
            if (relu)
            {
                Workers.For(planes.Parts, new BatchNormGradientJob<T, WithRelu>(source, gradOutput, means, addend, gradInput));
            }
            else
            {
                Workers.For(planes.Parts, new BatchNormGradientJob<T, WithoutRelu>(source, gradOutput, means, addend, gradInput));
            }
        }
    }

    private static void Forward<T>(BatchNormPlanes<T> source, DenseTensor<T>? addend, bool relu, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.SameShape("batch norm C1", nameof(output), output, "input", source.Input);
        Require.SameShape("batch norm C1", nameof(addend), addend ?? output, "input", source.Input);
        if (relu)
        {
            Workers.For(source.Planes.Parts, new BatchNormForwardJob<T, WithRelu>(source, addend, output));
        }
        else
        {
            Workers.For(source.Planes.Parts, new BatchNormForwardJob<T, WithoutRelu>(source, addend, output));
        }
    }

    /// <summary>Σ g·x̂ and Σ g into the gradients of the mask; the channels' means of ĝ and ĝ·x̂ with ĝ = g·γ, rounded to T, as the result [2, C].</summary>
    private static Memory<double> Sums<T>(BatchNormPlanes<T> source, bool relu, DenseTensor<T> gradOutput, DenseTensor<T>? gradGamma, DenseTensor<T>? gradBeta, bool decorrelates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = source.Planes;
        int count = planes.Images * planes.Channels;
        double[] sums = DoubleScratch.Get(4 * count);
        if (relu)
        {
            Workers.For(planes.Parts, new BatchNormSumsJob<T, WithRelu>(source, gradOutput, gradGamma is not null, decorrelates, sums));
        }
        else
        {
            Workers.For(planes.Parts, new BatchNormSumsJob<T, WithoutRelu>(source, gradOutput, gradGamma is not null, decorrelates, sums));
        }

        if (gradGamma is not null)
        {
            if (!source.PerImage)
            {
                Moments.Sum(sums.AsSpan(0, count), planes.Channels);
                Moments.Sum(sums.AsSpan(count, count), planes.Channels);
            }

            for (int i = 0; i < gradGamma.Length; i++)
            {
                gradBeta!.Span[i] = Real.FromDouble<T>(sums[i]);
                gradGamma.Span[i] = Real.FromDouble<T>(sums[count + i]);
            }
        }

        if (!decorrelates)
        {
            return default;
        }

        Moments.Sum(sums.AsSpan(2 * count, count), planes.Channels);
        Moments.Sum(sums.AsSpan(3 * count, count), planes.Channels);
        Span<double> means = sums.AsSpan(0, 2 * planes.Channels);
        TensorPrimitives.Divide(sums.AsSpan(2 * count, planes.Channels), planes.PerChannel, means[..planes.Channels]);
        TensorPrimitives.Divide(sums.AsSpan(3 * count, planes.Channels), planes.PerChannel, means[planes.Channels..]);
        return sums.AsMemory(0, 2 * planes.Channels);
    }
}

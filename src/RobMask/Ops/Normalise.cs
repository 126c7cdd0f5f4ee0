using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Normalisation per channel: x̂ = (a − μ)·r with r = 1/√(v + ε), the first half of batch normalisation.</summary>
/// <remarks>
/// <para>Ioffe and Szegedy 2015; PyTorch: <c>batch_norm</c> without weight and bias. Shapes: input, output [N, C, H, W] or [N, C]; mean,
/// variance, reciprocal and running statistics [C]. An output may be its input.</para>
/// <para>Statistics (training): of each plane (n, c) the mean is <see cref="LaneSum.Sum"/>/(H·W) and the sum of squared deviations from
/// it is <see cref="LaneSum.SumOfSquaredDeviations"/>; the planes n of a channel are merged in the tree of <see cref="Moments"/> by the
/// formula of Chan, Golub and LeVeque; v = M/(N·H·W), biased. All of it in double; μ, v and r = 1/√(v + ε), from the double v, are each
/// rounded once to T. In evaluation r = 1/√(v + ε) in double from the running variance, rounded once.</para>
/// <para>Element: x̂ = (a − μ)·r, two roundings in T. In evaluation an element depends on no other image.</para>
/// <para>Running statistics: running ← (1 − momentum)·running + momentum·batch in double, rounded once; the variance enters unbiased, as
/// v·(m/(m − 1)) with m = N·H·W.</para>
/// <para>NaN or ±∞ anywhere in a channel makes its statistics, and so in training the whole channel, NaN; other channels are untouched. A
/// constant channel has v = 0 and x̂ = ±0·r = ±0 up to the rounding of μ. Subnormals are values like others.</para>
/// </remarks>
public static class Normalise
{
    /// <summary>Normalises by the batch's own statistics.</summary>
    /// <param name="input">a, [N, C, H, W] or [N, C].</param>
    /// <param name="epsilon">ε ≥ 0, added to the variance.</param>
    /// <param name="output">x̂.</param>
    /// <param name="mean">μ [C].</param>
    /// <param name="variance">v [C], biased.</param>
    /// <param name="reciprocal">r [C].</param>
    /// <exception cref="ArgumentException">Shapes disagree, or a channel has fewer than two values, which PyTorch refuses too.</exception>
    public static void ForwardTraining<T>(DenseTensor<T> input, float epsilon, DenseTensor<T> output, DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckedPlanes("input", input, output, reciprocal);
        Statistics(input, epsilon, mean, variance, reciprocal);
        Workers.For(planes.Parts, new ChannelMapJob<T, Centre<T>>(planes, input, mean, reciprocal, false, output));
    }

    /// <summary>The batch's own statistics alone: μ, v and r as <see cref="ForwardTraining"/> gives them.</summary>
    /// <inheritdoc cref="ForwardTraining"/>
    public static void Statistics<T>(DenseTensor<T> input, float epsilon, DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Planes.Of("normalise C1", nameof(input), input.Shape);
        Require.Vector("normalise C2", nameof(reciprocal), reciprocal, planes.Channels);
        Require.Vector("normalise C2", nameof(mean), mean, planes.Channels);
        Require.Vector("normalise C2", nameof(variance), variance, planes.Channels);
        if (planes.PerChannel < 2)
        {
            throw new ArgumentException($"normalise C3: {input.Shape} has {planes.PerChannel} values in a channel; the statistics of a batch need at least 2", nameof(input));
        }

        int count = planes.Images * planes.Channels;
        double[] scratch = DoubleScratch.Get(2 * count);
        Workers.For(planes.Parts, new PlaneMomentsJob<T>(planes, input, scratch));
        Moments.Merge(scratch.AsSpan(0, count), scratch.AsSpan(count, count), planes.Channels, planes.Length);
        for (int c = 0; c < planes.Channels; c++)
        {
            double channelVariance = scratch[count + c] / planes.PerChannel;
            mean.Span[c] = Real.FromDouble<T>(scratch[c]);
            variance.Span[c] = Real.FromDouble<T>(channelVariance);
            reciprocal.Span[c] = Real.FromDouble<T>(1 / Math.Sqrt(channelVariance + epsilon));
        }
    }

    /// <summary>r = 1/√(v + ε) of running variances [C].</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Reciprocals<T>(DenseTensor<T> runningVariance, float epsilon, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.Vector("normalise C2", nameof(reciprocal), reciprocal, runningVariance.Length);
        for (int c = 0; c < reciprocal.Length; c++)
        {
            reciprocal.Span[c] = Real.FromDouble<T>(1 / Math.Sqrt(Real.ToDouble(runningVariance.Span[c]) + epsilon));
        }
    }

    /// <summary>Lets a batch's statistics enter the running ones.</summary>
    /// <param name="mean">μ [C] of the batch.</param>
    /// <param name="variance">v [C] of the batch, biased.</param>
    /// <param name="count">m = N·H·W ≥ 2, the number of values of a channel.</param>
    /// <param name="momentum">The weight of the batch.</param>
    /// <param name="runningMean">[C], replaced.</param>
    /// <param name="runningVariance">[C], replaced; unbiased.</param>
    /// <exception cref="ArgumentException">Shapes disagree, or count is below 2.</exception>
    public static void UpdateRunning<T>(DenseTensor<T> mean, DenseTensor<T> variance, long count, float momentum, DenseTensor<T> runningMean, DenseTensor<T> runningVariance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (count < 2)
        {
            throw new ArgumentException($"normalise C3: a channel of {count} values has no unbiased variance; at least 2 are needed", nameof(count));
        }

        Require.Vector("normalise C2", nameof(variance), variance, mean.Length);
        Require.Vector("normalise C2", nameof(runningMean), runningMean, mean.Length);
        Require.Vector("normalise C2", nameof(runningVariance), runningVariance, mean.Length);
        double unbiased = count / (double)(count - 1);
        double kept = 1 - (double)momentum;
        for (int c = 0; c < mean.Length; c++)
        {
            double batchVariance = Real.ToDouble(variance.Span[c]) * unbiased;
            runningMean.Span[c] = Real.FromDouble<T>((kept * Real.ToDouble(runningMean.Span[c])) + (momentum * Real.ToDouble(mean.Span[c])));
            runningVariance.Span[c] = Real.FromDouble<T>((kept * Real.ToDouble(runningVariance.Span[c])) + (momentum * batchVariance));
        }
    }

    /// <summary>Normalises by running statistics.</summary>
    /// <param name="input">a, [N, C, H, W] or [N, C].</param>
    /// <param name="runningMean">μ [C].</param>
    /// <param name="runningVariance">v [C].</param>
    /// <param name="epsilon">ε ≥ 0, added to the variance.</param>
    /// <param name="output">x̂.</param>
    /// <param name="reciprocal">r [C], for the gradient.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void ForwardEvaluation<T>(DenseTensor<T> input, DenseTensor<T> runningMean, DenseTensor<T> runningVariance, float epsilon, DenseTensor<T> output, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckedPlanes("input", input, output, reciprocal);
        Require.Vector("normalise C2", nameof(runningMean), runningMean, planes.Channels);
        Require.Vector("normalise C2", nameof(runningVariance), runningVariance, planes.Channels);
        Reciprocals(runningVariance, epsilon, reciprocal);
        Workers.For(planes.Parts, new ChannelMapJob<T, Centre<T>>(planes, input, runningMean, reciprocal, false, output));
    }

    /// <summary>The gradient of the input through <see cref="ForwardTraining"/>, statistics included.</summary>
    /// <remarks>
    /// da = r·(g − A − x̂·B) with A = mean(g) and B = mean(g·x̂) over the channel: each plane by <see cref="LaneSum"/>, planes in the tree of <see cref="Moments"/>,
    /// divided by N·H·W in double, rounded once to T; then fma(x̂, −B, g − A)·r, three roundings.
    /// </remarks>
    /// <param name="normalised">x̂, what the forward pass gave.</param>
    /// <param name="gradOutput">g, the gradient of x̂.</param>
    /// <param name="reciprocal">r [C], what the forward pass gave.</param>
    /// <param name="gradInput">The gradient of a; may be <paramref name="gradOutput"/>.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void BackwardTraining<T>(DenseTensor<T> normalised, DenseTensor<T> gradOutput, DenseTensor<T> reciprocal, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckedPlanes(nameof(gradOutput), gradOutput, gradInput, reciprocal);
        Require.SameShape("normalise C1", nameof(normalised), normalised, nameof(gradOutput), gradOutput);
        (Memory<double> sums, Memory<double> products) = PlaneSumsJob<T>.OfChannels(planes, gradOutput, normalised);
        Workers.For(planes.Parts, new DecorrelateJob<T>(planes, normalised, gradOutput, sums, products, reciprocal, gradInput));
    }

    /// <summary>The gradient of the input through <see cref="ForwardEvaluation"/>: g·r, one rounding.</summary>
    /// <param name="gradOutput">g, the gradient of x̂.</param>
    /// <param name="reciprocal">r [C], what the forward pass gave.</param>
    /// <param name="gradInput">The gradient of a; may be <paramref name="gradOutput"/>.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void BackwardEvaluation<T>(DenseTensor<T> gradOutput, DenseTensor<T> reciprocal, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckedPlanes(nameof(gradOutput), gradOutput, gradInput, reciprocal);
        Workers.For(planes.Parts, new ChannelMapJob<T, Product<T>>(planes, gradOutput, reciprocal, reciprocal, false, gradInput));
    }

    private static Planes CheckedPlanes<T>(string name, DenseTensor<T> source, DenseTensor<T> destination, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Planes.Of("normalise C1", name, source.Shape);
        Require.SameShape("normalise C1", name, source, "destination", destination);
        Require.Vector("normalise C2", nameof(reciprocal), reciprocal, planes.Channels);
        return planes;
    }

    /// <summary>The mean and the sum of squared deviations of every plane, written to [N·C] and [N·C] of one array.</summary>
    private readonly struct PlaneMomentsJob<T>(Planes planes, DenseTensor<T> input, double[] moments) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int count = planes.Images * planes.Channels;
            int first = index * planes.PlanesPerPart;
            int last = Math.Min(first + planes.PlanesPerPart, count);
            for (int plane = first; plane < last; plane++)
            {
                ReadOnlySpan<T> a = input.Span.Slice(plane * planes.Length, planes.Length);
                moments[plane] = LaneSum.Sum(a) / planes.Length;
                moments[count + plane] = LaneSum.SumOfSquaredDeviations(a, moments[plane]);
            }
        }
    }

    private readonly struct DecorrelateJob<T>(Planes planes, DenseTensor<T> normalised, DenseTensor<T> gradOutput, Memory<double> sums, Memory<double> products, DenseTensor<T> reciprocal, DenseTensor<T> gradInput) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            ReadOnlySpan<double> sum = sums.Span;
            ReadOnlySpan<double> product = products.Span;
            int first = index * planes.PlanesPerPart;
            int last = Math.Min(first + planes.PlanesPerPart, planes.Images * planes.Channels);
            int c = first % planes.Channels;
            for (int plane = first; plane < last; plane++)
            {
                int start = plane * planes.Length;
                T meanGradient = Real.FromDouble<T>(sum[c] / planes.PerChannel);
                T minusMeanProduct = Real.FromDouble<T>(-(product[c] / planes.PerChannel));
                RowMap.Apply<T, Decorrelate<T>>(gradOutput.Span.Slice(start, planes.Length), normalised.Span.Slice(start, planes.Length), meanGradient, minusMeanProduct, reciprocal.Span[c], gradInput.Span.Slice(start, planes.Length));
                c = c + 1 == planes.Channels ? 0 : c + 1;
            }
        }
    }

    private readonly struct Centre<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => (x - a) * b;

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => (x - a) * b;
    }

    private readonly struct Decorrelate<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => T.FusedMultiplyAdd(y, b, x - a) * c;

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => Real.FusedMultiplyAdd(y, b, x - a) * c;
    }
}

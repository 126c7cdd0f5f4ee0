using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatNormaliseCrossTests(ITestOutputHelper output) : NormaliseCrossTests<float>(output);

public sealed class DoubleNormaliseCrossTests(ITestOutputHelper output) : NormaliseCrossTests<double>(output);

/// <summary>Normalisation against libtorch's batch_norm without its affine part, by the bounds for two-pass statistics.</summary>
/// <remarks>
/// With m values a channel and to first order (Higham, «Accuracy and Stability», §1.9): δμ ≤ m·u·mean|x|,
/// δv ≤ (m+3)·u·v + δμ², r = 1/√(v+ε) is wrong by ρ = ½δv/(v+ε) + 2u relatively, and |Δx̂| ≤ r·δμ + |x̂|(ρ+2u) + u·r·|x−μ|.
/// The gauge is that bound; <see cref="SecondOrder"/> covers what first order leaves out at the sizes used here.
/// </remarks>
public abstract class NormaliseCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double SecondOrder = 1.01;
    private const float Epsilon = 1e-5f;

    public static TheoryData<int[]> Shapes => [[2, 1], [5, 7], [2, 3, 4, 5], [7, 5, 3, 3], [4, 17, 8, 8], [3, 2, 1, 29], [1, 4, 6, 7]];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Training_normalisation_its_statistics_and_its_gradient_are_libtorchs_within_their_bounds(int[] shape)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(shape.Sum());
        Gauge<T> gauge = new(output, $"normalise training [{string.Join(", ", shape)}]");
        DenseTensor<T> input = Shifted(draw, shape);
        int channels = shape[1];
        long count = input.Length / channels;
        DenseTensor<T> result = new(shape);
        (DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T> reciprocal) = (new(channels), new(channels), new(channels));

        Normalise.ForwardTraining(input, Epsilon, result, mean, variance, reciprocal);

        Bounds b = new(input.ToTorch(torch.ScalarType.Float64), count, Gauge<T>.Unit);
        gauge.Check("mean", mean, type => input.ToTorch(type).mean(b.Dimensions), b.MeanError / Gauge<T>.Unit, SecondOrder);
        gauge.Check("variance", variance, type => input.ToTorch(type).var(b.Dimensions, unbiased: false), b.VarianceError / Gauge<T>.Unit, SecondOrder);
        gauge.Check("reciprocal", reciprocal, type => (input.ToTorch(type).var(b.Dimensions, unbiased: false) + Epsilon).rsqrt(), b.Reciprocal.reshape(-1) * b.ReciprocalError.reshape(-1) / Gauge<T>.Unit, SecondOrder);
        gauge.Check("forward", result, type => BatchNorm(input.ToTorch(type), null, null), b.NormalisedError / Gauge<T>.Unit, SecondOrder);

        DenseTensor<T> gradOutput = draw.Values<T>(shape);
        DenseTensor<T> gradInput = new(shape);
        Normalise.BackwardTraining(result, gradOutput, reciprocal, gradInput);
        torch.Tensor Gradient(torch.ScalarType type)
        {
            torch.Tensor x = input.ToTorch(type).requires_grad_(true);
            return torch.autograd.grad([BatchNorm(x, null, null)], [x], [gradOutput.ToTorch(type)])[0];
        }

        torch.Tensor bound = b.GradientError(gradOutput.ToTorch(torch.ScalarType.Float64), Gradient(torch.ScalarType.Float64));
        gauge.Check("gradient of input", gradInput, Gradient, bound / Gauge<T>.Unit, SecondOrder);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Evaluation_normalisation_and_its_gradient_are_libtorchs_within_their_roundings(int[] shape)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(shape.Sum());
        Gauge<T> gauge = new(output, $"normalise evaluation [{string.Join(", ", shape)}]");
        DenseTensor<T> input = Shifted(draw, shape);
        DenseTensor<T> runningMean = draw.Values<T>(shape[1]);
        DenseTensor<T> runningVariance = draw.Uniform<T>(0.01, 3, shape[1]);
        DenseTensor<T> result = new(shape);
        DenseTensor<T> reciprocal = new(shape[1]);

        Normalise.ForwardEvaluation(input, runningMean, runningVariance, Epsilon, result, reciprocal);

        torch.Tensor Evaluate(torch.Tensor x) => BatchNorm(x, runningMean.ToTorch(x.dtype), runningVariance.ToTorch(x.dtype));
        long[] row = [1, -1, .. Enumerable.Repeat(1L, shape.Length - 2)];
        torch.Tensor r = (runningVariance.ToTorch(torch.ScalarType.Float64) + Epsilon).rsqrt().reshape(row);

        // v + ε, √ and 1/ make ρ = 2.5u; x − μ and the product two more. libtorch computes x·r − μ·r, whose terms are larger.
        torch.Tensor magnitude = (input.ToTorch(torch.ScalarType.Float64).abs() + runningMean.ToTorch(torch.ScalarType.Float64).abs().reshape(row)) * r;
        gauge.Check("forward", result, type => Evaluate(input.ToTorch(type)), magnitude, 5);

        DenseTensor<T> gradOutput = draw.Values<T>(shape);
        DenseTensor<T> gradInput = new(shape);
        Normalise.BackwardEvaluation(gradOutput, reciprocal, gradInput);
        gauge.Check(
            "gradient of input",
            gradInput,
            type =>
            {
                torch.Tensor x = input.ToTorch(type).requires_grad_(true);
                return torch.autograd.grad([Evaluate(x)], [x], [gradOutput.ToTorch(type)])[0];
            },
            gradOutput.ToTorch(torch.ScalarType.Float64).abs() * r,
            4);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Running_statistics_follow_libtorchs_over_several_batches(int[] shape)
    {
        using DisposeScope scope = Bridge.Scope();
        const float Momentum = 0.1f;
        Draw draw = new(shape.Sum() + 1);
        int channels = shape[1];
        DenseTensor<T> runningMean = draw.Values<T>(channels);
        DenseTensor<T> runningVariance = draw.Uniform<T>(0.5, 2, channels);
        (torch.Tensor mean, torch.Tensor variance) = (runningMean.ToTorch(torch.ScalarType.Float64), runningVariance.ToTorch(torch.ScalarType.Float64));
        torch.Tensor meanMagnitude = mean.abs();
        torch.Tensor varianceMagnitude = variance.clone();
        const int Batches = 3;
        long count = 0;
        for (int batch = 0; batch < Batches; batch++)
        {
            DenseTensor<T> input = Shifted(draw, shape);
            (DenseTensor<T> m, DenseTensor<T> v, DenseTensor<T> r) = (new(channels), new(channels), new(channels));
            Normalise.ForwardTraining(input, Epsilon, new DenseTensor<T>(shape), m, v, r);
            count = input.Length / channels;
            Normalise.UpdateRunning(m, v, count, Momentum, runningMean, runningVariance);

            torch.Tensor x = input.ToTorch(torch.ScalarType.Float64);
            torch.nn.functional.batch_norm(x, mean, variance, null, null, true, Momentum, Epsilon);
            Bounds b = new(x, count, Gauge<T>.Unit);
            meanMagnitude = (meanMagnitude * (1 - Momentum)) + (x.abs().mean(b.Dimensions) * Momentum);
            varianceMagnitude = (varianceMagnitude * (1 - Momentum)) + (b.VarianceError / Gauge<T>.Unit / (count + 3) * Momentum * count / (count - 1));
        }

        // 1 − momentum, two products and a sum a batch, and the statistic's own m + 3 roundings.
        double roundings = (4 * Batches) + count + 3 + 2;
        Gauge<T> gauge = new(output, $"running statistics [{string.Join(", ", shape)}]");
        gauge.Check("mean", runningMean, type => mean.to(type), meanMagnitude, roundings);
        gauge.Check("variance", runningVariance, type => variance.to(type), varianceMagnitude, roundings);
    }

    private static torch.Tensor BatchNorm(torch.Tensor x, torch.Tensor? mean, torch.Tensor? variance) =>
        torch.nn.functional.batch_norm(x, mean, variance, null, null, mean is null, 0.1, Epsilon);

    /// <summary>Channels of different means, so that a variance as E[x²] − μ² would be far off.</summary>
    private static DenseTensor<T> Shifted(Draw draw, int[] shape)
    {
        DenseTensor<T> input = draw.Values<T>(shape);
        int plane = input.Shape.LengthPerImage / shape[1];
        for (int i = 0; i < input.Length; i++)
        {
            input.Span[i] += T.CreateChecked(3 * (i / plane % shape[1] % 3));
        }

        return input;
    }

    private sealed class Bounds
    {
        private readonly long _count;
        private readonly double _unit;
        private readonly torch.Tensor _normalised;

        public Bounds(torch.Tensor x, long count, double unit)
        {
            (_count, _unit) = (count, unit);
            Dimensions = [0, .. Enumerable.Range(2, (int)x.dim() - 2).Select(d => (long)d)];
            torch.Tensor mean = x.mean(Dimensions, keepdim: true);
            torch.Tensor variance = x.var(Dimensions, unbiased: false, keepdim: true);
            torch.Tensor meanError = count * unit * x.abs().mean(Dimensions, keepdim: true);
            torch.Tensor varianceError = ((count + 3) * unit * variance) + meanError.square();
            Reciprocal = (variance + Epsilon).rsqrt();
            ReciprocalError = (varianceError / (variance + Epsilon) / 2) + (2 * unit);
            _normalised = (x - mean) * Reciprocal;
            MeanError = meanError.reshape(-1);
            VarianceError = varianceError.reshape(-1);
            NormalisedError = (Reciprocal * meanError) + (_normalised.abs() * (ReciprocalError + (2 * unit))) + (unit * Reciprocal * (x - mean).abs());
        }

        public long[] Dimensions { get; }

        public torch.Tensor MeanError { get; }

        public torch.Tensor VarianceError { get; }

        public torch.Tensor Reciprocal { get; }

        public torch.Tensor ReciprocalError { get; }

        public torch.Tensor NormalisedError { get; }

        /// <summary>r(dy − mean(dy) − x̂·mean(dy·x̂)): (m+6)·u·G, the errors of x̂ carried through, and ρ|dx|.</summary>
        public torch.Tensor GradientError(torch.Tensor dy, torch.Tensor dx)
        {
            torch.Tensor Mean(torch.Tensor t) => t.mean(Dimensions, keepdim: true);
            torch.Tensor meanProduct = Mean((dy * _normalised).abs());
            torch.Tensor gauge = Reciprocal * (dy.abs() + Mean(dy.abs()) + (_normalised.abs() * meanProduct));
            torch.Tensor carried = Reciprocal * ((NormalisedError * meanProduct) + (_normalised.abs() * Mean(dy.abs() * NormalisedError)));
            return ((_count + 6) * _unit * gauge) + carried + (ReciprocalError * dx.abs());
        }
    }
}

using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class NormaliseTests
{
    private const float Epsilon = 1e-5f;

    public static TheoryData<int[]> Shapes => new() { new[] { 3, 2, 4, 5 }, new[] { 7, 3, 1, 1 }, new[] { 5, 4 }, new[] { 1, 2, 3, 3 }, new[] { 2, 1, 8, 9 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Training_in_double_is_the_definition(int[] extents)
    {
        DenseTensor<double> input = TestTensors.Normal<double>(1, extents);
        Result<double> actual = Training(input);
        (int images, int channels, int length) = (extents[0], extents[1], input.Length / (extents[0] * extents[1]));
        for (int c = 0; c < channels; c++)
        {
            double[] values = [.. Channel(input, c)];
            double mean = values.Average();
            double variance = values.Average(value => (value - mean) * (value - mean));
            Assert.Equal(images * length, values.Length);
            Assert.Equal(mean, actual.Mean.Span[c], 1e-14);
            Assert.Equal(variance, actual.Variance.Span[c], 1e-13);
            Assert.Equal(1 / Math.Sqrt(variance + Epsilon), actual.Reciprocal.Span[c], 1e-12 / Math.Sqrt(variance + Epsilon));
            double[] normalised = [.. Channel(actual.Output, c)];
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal((values[i] - mean) / Math.Sqrt(variance + Epsilon), normalised[i], 1e-12);
            }
        }
    }

    [Fact]
    public void Training_in_float_stays_within_the_bound_of_the_value()
    {
        // u = 2⁻²⁴. μ, v and r are each one rounding from double sums whose own error is below 2⁻⁴⁰; so |Δx̂| ≤ r·u|μ| + |x̂|·(u + u) + r·u|x − μ|, and the last
        // is u|x̂|; a factor 1.01 covers second-order terms.
        const double Unit = 1.0 / (1 << 24);
        DenseTensor<float> input = TestTensors.Normal<float>(2, 4, 3, 6, 7);
        for (int i = 0; i < input.Length; i++)
        {
            input.Span[i] += 10;
        }

        Result<float> narrow = Training(input);
        Result<double> wide = Training(TestTensors.Widen(input));
        for (int i = 0; i < input.Length; i++)
        {
            int c = i / 42 % 3;
            double value = wide.Output.Span[i];
            double bound = 1.01 * Unit * ((wide.Reciprocal.Span[c] * Math.Abs(wide.Mean.Span[c])) + (3 * Math.Abs(value)));
            Assert.InRange(narrow.Output.Span[i], value - bound, value + bound);
        }
    }

    [Fact]
    public void A_large_mean_does_not_spoil_the_variance()
    {
        // E[x²] − μ² in float would give noise of size 10⁶·2⁻²⁴ ≈ 0.06·10⁶; two passes in double give the variance of the data as rounded to float.
        DenseTensor<float> input = TestTensors.Normal<float>(3, 8, 1, 5, 5);
        for (int i = 0; i < input.Length; i++)
        {
            input.Span[i] += 1e6f;
        }

        double mean = input.Span.ToArray().Average(value => (double)value);
        double expected = input.Span.ToArray().Average(value => (value - mean) * (value - mean));
        Assert.Equal(expected, Training(input).Variance.Span[0], 1e-7 * expected);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradient_through_the_batch_statistics_is_that_of_central_differences(int[] extents)
    {
        DenseTensor<double> input = TestTensors.Normal<double>(4, extents);
        DenseTensor<double> weights = TestTensors.Normal<double>(5, extents);
        Result<double> forward = Training(input);
        DenseTensor<double> gradient = new(extents);
        Normalise.BackwardTraining(forward.Output, weights, forward.Reciprocal, gradient);
        GradientCheck.Matches("normalise", input, gradient, () => GradientCheck.Weighted(Training(input).Output, weights));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradient_through_running_statistics_is_that_of_central_differences(int[] extents)
    {
        DenseTensor<double> input = TestTensors.Normal<double>(6, extents);
        DenseTensor<double> weights = TestTensors.Normal<double>(7, extents);
        DenseTensor<double> mean = TestTensors.Normal<double>(8, extents[1]);
        DenseTensor<double> variance = Positive(9, extents[1]);
        DenseTensor<double> reciprocal = new(extents[1]);
        DenseTensor<double> output = new(extents);
        Normalise.ForwardEvaluation(input, mean, variance, Epsilon, output, reciprocal);
        DenseTensor<double> gradient = new(extents);
        Normalise.BackwardEvaluation(weights, reciprocal, gradient);
        GradientCheck.Matches("normalise", input, gradient, () =>
        {
            Normalise.ForwardEvaluation(input, mean, variance, Epsilon, output, reciprocal);
            return GradientCheck.Weighted(output, weights);
        });
    }

    [Fact]
    public void In_evaluation_an_image_has_the_same_bits_whatever_the_batch()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(10, 6, 3, 5, 5);
        DenseTensor<float> mean = TestTensors.Normal<float>(11, 3);
        DenseTensor<float> variance = DenseTensor<float>.From([0.5f, 2, 1e-3f], 3);
        DenseTensor<float> reciprocal = new(3);
        DenseTensor<float> together = new(input.Shape);
        Normalise.ForwardEvaluation(input, mean, variance, Epsilon, together, reciprocal);
        for (int n = 0; n < 6; n++)
        {
            DenseTensor<float> alone = new(1, 3, 5, 5);
            Normalise.ForwardEvaluation(input.Images(n, 1), mean, variance, Epsilon, alone, reciprocal);
            TestTensors.AssertSameBits<float>($"image {n}", together.Image(n), alone.Span);
        }
    }

    [Fact]
    public void Running_statistics_take_the_unbiased_variance()
    {
        // PyTorch: running = (1 − m)·running + m·batch, with v·n/(n − 1).
        DenseTensor<double> runningMean = DenseTensor<double>.From([1.0], 1);
        DenseTensor<double> runningVariance = DenseTensor<double>.From([2.0], 1);
        Normalise.UpdateRunning(DenseTensor<double>.From([5.0], 1), DenseTensor<double>.From([3.0], 1), 4, 0.25f, runningMean, runningVariance);
        Assert.Equal((0.75 * 1) + (0.25 * 5), runningMean.Span[0]);
        Assert.Equal((0.75 * 2) + (0.25 * 4), runningVariance.Span[0]);
    }

    [Fact]
    public void Destinations_may_be_their_sources()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(12, 3, 2, 5, 5);
        DenseTensor<float> gradient = TestTensors.Normal<float>(13, 3, 2, 5, 5);
        Result<float> apart = Training(input);
        DenseTensor<float> expected = new(input.Shape);
        Normalise.BackwardTraining(apart.Output, gradient, apart.Reciprocal, expected);
        Normalise.ForwardTraining(input, Epsilon, input, apart.Mean, apart.Variance, apart.Reciprocal);
        TestTensors.AssertSameBits<float>("forward", apart.Output.Span, input.Span);
        Normalise.BackwardTraining(input, gradient, apart.Reciprocal, gradient);
        TestTensors.AssertSameBits<float>("backward", expected.Span, gradient.Span);
    }

    [Fact]
    public void NaN_spoils_its_channel_and_no_other()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(14, 3, 2, 4, 4);
        input.Span[5] = float.NaN;
        Result<float> actual = Training(input);
        Assert.All(Channel(actual.Output, 0), value => Assert.True(float.IsNaN(value)));
        Assert.All(Channel(actual.Output, 1), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void A_constant_channel_gives_zeros()
    {
        DenseTensor<float> input = new(3, 1, 4, 4);
        input.Span.Fill(0.7f);
        Result<float> actual = Training(input);
        Assert.Equal(0.7f, actual.Mean.Span[0]);
        Assert.All(actual.Output.Span.ToArray(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void One_value_in_a_channel_is_an_error_as_in_PyTorch()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Training(new DenseTensor<float>(1, 3, 1, 1)));
        Assert.Contains("normalise C3", error.Message, StringComparison.Ordinal);
        DenseTensor<float> one = new(1);
        Assert.Throws<ArgumentException>(() => Normalise.UpdateRunning(one, one, 1, 0.1f, one, one));
    }

    [Fact]
    public void Shapes_that_disagree_are_named()
    {
        DenseTensor<float> input = new(2, 3, 4, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            Normalise.ForwardTraining(input, Epsilon, new DenseTensor<float>(2, 3, 4, 4), new DenseTensor<float>(4), new DenseTensor<float>(3), new DenseTensor<float>(3)));
        Assert.Contains("mean is [4], it must be [3]", error.Message, StringComparison.Ordinal);
    }

    private static Result<T> Training<T>(DenseTensor<T> input)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int channels = input.Shape[1];
        Result<T> result = new(new(input.Shape), new(channels), new(channels), new(channels));
        Normalise.ForwardTraining(input, Epsilon, result.Output, result.Mean, result.Variance, result.Reciprocal);
        return result;
    }

    private static IEnumerable<T> Channel<T>(DenseTensor<T> tensor, int channel)
        where T : unmanaged
    {
        int channels = tensor.Shape[1];
        int length = tensor.Length / (tensor.Shape[0] * channels);
        return Enumerable.Range(0, tensor.Length).Where(i => i / length % channels == channel).Select(i => tensor.Span[i]);
    }

    private static DenseTensor<double> Positive(uint seed, int length)
    {
        DenseTensor<double> tensor = TestTensors.Normal<double>(seed, length);
        for (int i = 0; i < length; i++)
        {
            tensor.Span[i] = 0.1 + Math.Abs(tensor.Span[i]);
        }

        return tensor;
    }

    private sealed record Result<T>(DenseTensor<T> Output, DenseTensor<T> Mean, DenseTensor<T> Variance, DenseTensor<T> Reciprocal)
        where T : unmanaged;
}

using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class StandardiseTests
{
    private static readonly float[] _mean = [0.4914f, 0.4822f, 0.4465f];
    private static readonly float[] _deviation = [0.2470f, 0.2435f, 0.2616f];

    [Fact]
    public void Each_pixel_is_a_difference_and_a_quotient()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(1, 2, 3, 5, 7);
        DenseTensor<float> output = new(input.Shape);
        Standardise.Forward(input, _mean, _deviation, output);
        for (int i = 0; i < input.Length; i++)
        {
            int c = i / 35 % 3;
            Assert.Equal((input.Span[i] - _mean[c]) / _deviation[c], output.Span[i]);
        }
    }

    [Fact]
    public void Gradient_is_that_of_central_differences()
    {
        DenseTensor<double> input = TestTensors.Normal<double>(2, 2, 3, 2, 2);
        DenseTensor<double> weights = TestTensors.Normal<double>(3, 2, 3, 2, 2);
        DenseTensor<double> output = new(input.Shape);
        DenseTensor<double> gradient = new(input.Shape);
        Standardise.Backward(weights, _deviation, gradient);
        GradientCheck.Matches("standardise", input, gradient, () =>
        {
            Standardise.Forward(input, _mean, _deviation, output);
            return GradientCheck.Weighted(output, weights);
        });
    }

    [Fact]
    public void A_residual_is_the_sum_and_may_replace_a_branch()
    {
        DenseTensor<float> left = TestTensors.Normal<float>(4, 3, 37);
        DenseTensor<float> right = TestTensors.Normal<float>(5, 3, 37);
        float[] expected = [.. left.Span.ToArray().Zip(right.Span.ToArray(), (a, b) => a + b)];
        Residual.Forward(left, right, right);
        TestTensors.AssertSameBits<float>("sum", expected, right.Span);
    }

    [Fact]
    public void Constants_of_another_number_of_channels_are_named()
    {
        DenseTensor<float> input = new(1, 4, 2, 2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Standardise.Forward(input, _mean, _deviation, input));
        Assert.Contains("3 means and 3 standard deviations for the 4 channels", error.Message, StringComparison.Ordinal);
    }
}

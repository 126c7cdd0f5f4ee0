using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class ReluTests
{
    private static readonly float[] _specials =
    [
        float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f, 1, -1, float.MaxValue, float.MinValue,
    ];

    [Fact]
    public void Positive_values_and_NaN_pass_and_everything_else_is_positive_zero()
    {
        foreach (int length in new[] { 14, 16, 40, 100 })
        {
            DenseTensor<float> input = Specials(length);
            DenseTensor<float> output = new(length);
            Relu.Forward(input, output);
            float[] expected = [.. input.Span.ToArray().Select(value => value > 0 || float.IsNaN(value) ? value : 0f)];
            TestTensors.AssertSameBits<float>("relu", expected, output.Span);
        }
    }

    [Fact]
    public void The_gradient_passes_where_the_output_is_positive_or_NaN_and_is_zero_at_zero()
    {
        DenseTensor<float> output = Specials(100);
        DenseTensor<float> gradient = TestTensors.Normal<float>(1, 100);
        gradient.Span[4] = float.NaN;
        DenseTensor<float> actual = new(100);
        Relu.Backward(output, gradient, actual);
        for (int i = 0; i < 100; i++)
        {
            float h = output.Span[i];
            Assert.Equal(BitConverter.SingleToInt32Bits(h > 0 || float.IsNaN(h) ? gradient.Span[i] : 0f), BitConverter.SingleToInt32Bits(actual.Span[i]));
        }
    }

    [Fact]
    public void Gradient_is_that_of_central_differences_away_from_zero()
    {
        DenseTensor<double> input = TestTensors.Normal<double>(2, 5, 7);
        for (int i = 0; i < input.Length; i++)
        {
            input.Span[i] += Math.Sign(input.Span[i]) * 3 * GradientCheck.Step;
        }

        DenseTensor<double> weights = TestTensors.Normal<double>(3, 5, 7);
        DenseTensor<double> output = new(5, 7);
        DenseTensor<double> gradient = new(5, 7);
        double Objective()
        {
            Relu.Forward(input, output);
            return GradientCheck.Weighted(output, weights);
        }

        Objective();
        Relu.Backward(output, weights, gradient);
        GradientCheck.Matches("relu", input, gradient, Objective);
    }

    [Fact]
    public void The_mask_times_the_input_is_the_relu()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(4, 3, 4, 5, 5);
        DenseTensor<float> output = new(input.Shape);
        bool[] mask = new bool[input.Length];
        double[] openness = new double[4];
        Relu.Forward(input, output);
        FeatureMask.Forward(input, mask);
        FeatureMask.Openness(input, openness);
        int[] open = new int[4];
        for (int i = 0; i < mask.Length; i++)
        {
            Assert.Equal(mask[i] ? input.Span[i] : 0f, output.Span[i]);
            open[i / 25 % 4] += mask[i] ? 1 : 0;
        }

        Assert.Equal(open.Select(count => count / 75.0), openness);
    }

    [Fact]
    public void NaN_and_zeros_are_closed()
    {
        bool[] mask = new bool[4];
        FeatureMask.Forward(DenseTensor<float>.From([float.NaN, 0f, -0f, float.Epsilon], 4), mask);
        Assert.Equal([false, false, false, true], mask);
    }

    private static DenseTensor<float> Specials(int length)
    {
        DenseTensor<float> tensor = new(length);
        for (int i = 0; i < length; i++)
        {
            tensor.Span[i] = _specials[i % _specials.Length];
        }

        return tensor;
    }
}

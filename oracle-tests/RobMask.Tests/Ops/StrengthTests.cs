using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class StrengthTests
{
    private const float EpsilonMax = 0.03125f;

    [Fact]
    public void Strength_is_both_norms_over_those_of_the_largest_perturbation()
    {
        DenseTensor<double> delta = TestTensors.Normal<double>(1, 3, 2, 4, 4);
        DenseTensor<double> output = new(3, 2);
        Strength.Forward(delta, EpsilonMax, output);
        for (int n = 0; n < 3; n++)
        {
            double[] image = delta.Image(n).ToArray();
            Assert.Equal(image.Max(Math.Abs) / EpsilonMax, output.Image(n)[0], 1e-12);
            Assert.Equal(Math.Sqrt(image.Sum(value => value * value)) / (EpsilonMax * Math.Sqrt(32)), output.Image(n)[1], 1e-12);
        }
    }

    [Fact]
    public void The_largest_perturbation_has_strength_one_and_one()
    {
        DenseTensor<float> delta = new(1, 3, 8, 8);
        delta.Span.Fill(-EpsilonMax);
        DenseTensor<float> output = new(1, 2);
        Strength.Forward(delta, EpsilonMax, output);
        Assert.Equal([1f, 1f], output.Span.ToArray());
    }

    [Fact]
    public void Gradient_is_that_of_central_differences()
    {
        DenseTensor<double> delta = TestTensors.Normal<double>(2, 3, 11);
        for (int n = 0; n < 3; n++)
        {
            // The largest magnitude stands clear of the next, so that it keeps its place under the differences; once it is negative.
            delta.Image(n)[n] = n == 1 ? -5 : 5;
        }

        DenseTensor<double> weights = TestTensors.Normal<double>(3, 3, 2);
        DenseTensor<double> output = new(3, 2);
        DenseTensor<double> gradient = new(delta.Shape);
        Strength.Backward(delta, EpsilonMax, weights, gradient);
        GradientCheck.Matches("strength", delta, gradient, () =>
        {
            Strength.Forward(delta, EpsilonMax, output);
            return GradientCheck.Weighted(output, weights);
        });
    }

    [Fact]
    public void No_perturbation_has_strength_zero_and_no_gradient()
    {
        DenseTensor<float> delta = new(2, 5);
        DenseTensor<float> output = DenseTensor<float>.From([9, 9, 9, 9], 2, 2);
        Strength.Forward(delta, EpsilonMax, output);
        Assert.All(output.Span.ToArray(), value => Assert.Equal(0, value));
        DenseTensor<float> gradient = DenseTensor<float>.From(Enumerable.Repeat(7f, 10).ToArray(), 2, 5);
        Strength.Backward(delta, EpsilonMax, DenseTensor<float>.From([1, 1, 1, 1], 2, 2), gradient);
        Assert.All(gradient.Span.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_first_of_equal_maxima_gets_the_gradient_and_NaN_shows()
    {
        DenseTensor<float> gradient = new(1, 3);
        Strength.Backward(DenseTensor<float>.From([1, -2, 2], 1, 3), 1, DenseTensor<float>.From([1, 0], 1, 2), gradient);
        Assert.Equal([0f, -1f, 0f], gradient.Span.ToArray());
        DenseTensor<float> output = new(1, 2);
        Strength.Forward(DenseTensor<float>.From([9, float.NaN, 2], 1, 3), 1, output);
        Assert.All(output.Span.ToArray(), value => Assert.True(float.IsNaN(value)));
    }
}

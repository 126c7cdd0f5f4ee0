using FsCheck.Xunit;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class ProjectedStepTests
{
    private const int Images = 4;
    private static readonly float[] _radii = [0, 1e-6f, 8 / 255f, 0.5f];

    [Property(MaxTest = 40)]
    public void Every_start_and_step_lies_in_the_ball_and_in_the_box(uint seed)
    {
        DenseTensor<float> origin = Pixels(seed);
        DenseTensor<float> epsilon = DenseTensor<float>.From(_radii, Images);
        DenseTensor<float> stepSize = DenseTensor<float>.From([1, 0.3f, 0.01f, 2], Images);
        DenseTensor<float> x = new(origin.Shape);
        PhiloxKey key = new(seed, 1002, 0);
        ProjectedStep.StartLinf(origin, epsilon, key, PixelBox.Unit, x);
        AssertLinf(origin, x);
        for (uint step = 0; step < 3; step++)
        {
            ProjectedStep.Linf(origin, TestTensors.Normal<float>(seed + step, origin.Shape.Extents), stepSize, epsilon, PixelBox.Unit, x);
            AssertLinf(origin, x);
        }

        ProjectedStep.StartL2(origin, epsilon, key, PixelBox.Unit, x);
        AssertL2(origin, x);
        for (uint step = 0; step < 3; step++)
        {
            ProjectedStep.L2(origin, TestTensors.Normal<float>(seed + step, origin.Shape.Extents), stepSize, epsilon, PixelBox.Unit, x);
            AssertL2(origin, x);
        }
    }

    [Property(MaxTest = 40)]
    public void A_step_in_double_lies_in_the_ball_too(uint seed)
    {
        DenseTensor<double> origin = TestTensors.Widen(Pixels(seed));
        DenseTensor<double> epsilon = DenseTensor<double>.From([0, 1e-13, 8 / 255.0, 0.5], Images);
        DenseTensor<double> stepSize = DenseTensor<double>.From([1, 0.3, 0.01, 2], Images);
        DenseTensor<double> x = TestTensors.Copy(origin);
        ProjectedStep.L2(origin, TestTensors.Normal<double>(seed, origin.Shape.Extents), stepSize, epsilon, PixelBox.Unit, x);
        for (int n = 0; n < Images; n++)
        {
            Assert.True(Math.Sqrt(LaneSum.SumOfSquaredDifferences<double>(x.Image(n), origin.Image(n))) <= epsilon.Span[n], $"seed {seed}, image {n}");
        }
    }

    [Fact]
    public void Radius_zero_returns_the_origin_bit_for_bit()
    {
        DenseTensor<float> origin = Pixels(1);
        DenseTensor<float> none = new(Images);
        DenseTensor<float> stepSize = DenseTensor<float>.From([1, 1, 1, 1], Images);
        DenseTensor<float> gradient = TestTensors.Normal<float>(2, origin.Shape.Extents);
        DenseTensor<float> x = new(origin.Shape);
        ProjectedStep.StartLinf(origin, none, new PhiloxKey(1, 2, 3), PixelBox.Unit, x);
        TestTensors.AssertSameBits<float>("start", origin.Span, x.Span);
        ProjectedStep.Linf(origin, gradient, stepSize, none, PixelBox.Unit, x);
        TestTensors.AssertSameBits<float>("step", origin.Span, x.Span);
        ProjectedStep.StartL2(origin, none, new PhiloxKey(1, 2, 3), PixelBox.Unit, x);
        TestTensors.AssertSameBits<float>("start L2", origin.Span, x.Span);
        ProjectedStep.L2(origin, gradient, stepSize, none, PixelBox.Unit, x);
        TestTensors.AssertSameBits<float>("step L2", origin.Span, x.Span);
    }

    [Fact]
    public void Linf_steps_by_the_sign_with_zero_and_NaN_standing_still()
    {
        DenseTensor<float> origin = DenseTensor<float>.From([0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.05f], 1, 6);
        DenseTensor<float> x = TestTensors.Copy(origin);
        DenseTensor<float> gradient = DenseTensor<float>.From([1e-38f, -3, 0, -0f, float.NaN, float.NegativeInfinity], 1, 6);
        ProjectedStep.Linf(origin, gradient, One(0.125f), One(1), PixelBox.Unit, x);
        Assert.Equal([0.625f, 0.375f, 0.5f, 0.5f, 0.5f, 0f], x.Span.ToArray());
    }

    [Fact]
    public void Linf_clamps_to_the_ball_before_the_box()
    {
        DenseTensor<float> origin = DenseTensor<float>.From([0.5f, 0.9375f, 0f], 1, 3);
        DenseTensor<float> x = TestTensors.Copy(origin);
        ProjectedStep.Linf(origin, DenseTensor<float>.From([1, 1, -1], 1, 3), One(10), One(0.125f), PixelBox.Unit, x);
        Assert.Equal([0.625f, 1f, 0f], x.Span.ToArray());
        ProjectedStep.Linf(origin, DenseTensor<float>.From([1, 1, -1], 1, 3), One(10), One(0.125f), PixelBox.None, x);
        Assert.Equal([0.625f, 1.0625f, -0.125f], x.Span.ToArray());
    }

    [Fact]
    public void The_uniform_start_is_the_formula_with_the_draws_of_the_elements()
    {
        DenseTensor<float> origin = Pixels(3);
        DenseTensor<float> x = new(origin.Shape);
        PhiloxKey key = new(5, 4, 3);
        ProjectedStep.StartLinf(origin, DenseTensor<float>.From(_radii, Images), key, PixelBox.None, x);
        for (int i = 0; i < x.Length; i++)
        {
            float radius = _radii[i / (x.Length / Images)];
            float start = origin.Span[i] + (radius * ((2 * new PhiloxStream(key).Uniform(i)) - 1));
            Assert.Equal(Math.Clamp(start, origin.Span[i] - radius, origin.Span[i] + radius), x.Span[i]);
        }
    }

    [Fact]
    public void An_L2_step_inside_the_ball_has_the_length_of_the_step()
    {
        DenseTensor<double> origin = TestTensors.Widen(Pixels(6));
        DenseTensor<double> gradient = TestTensors.Normal<double>(7, origin.Shape.Extents);
        DenseTensor<double> x = TestTensors.Copy(origin);
        ProjectedStep.L2(origin, gradient, All(0.25), All(10), PixelBox.None, x);
        for (int n = 0; n < Images; n++)
        {
            double norm = Math.Sqrt(gradient.Image(n).ToArray().Sum(value => value * value));
            for (int i = 0; i < gradient.Shape.LengthPerImage; i++)
            {
                Assert.Equal(origin.Image(n)[i] + (0.25 * gradient.Image(n)[i] / norm), x.Image(n)[i], 1e-15);
            }
        }
    }

    [Fact]
    public void An_L2_step_beyond_the_ball_ends_on_the_sphere_in_the_same_direction()
    {
        DenseTensor<double> origin = TestTensors.Widen(Pixels(8));
        DenseTensor<double> gradient = TestTensors.Normal<double>(9, origin.Shape.Extents);
        DenseTensor<double> x = TestTensors.Copy(origin);
        ProjectedStep.L2(origin, gradient, All(3), All(0.5), PixelBox.None, x);
        for (int n = 0; n < Images; n++)
        {
            double norm = Math.Sqrt(gradient.Image(n).ToArray().Sum(value => value * value));
            for (int i = 0; i < gradient.Shape.LengthPerImage; i++)
            {
                Assert.Equal(origin.Image(n)[i] + (0.5 * gradient.Image(n)[i] / norm), x.Image(n)[i], 1e-14);
            }
        }
    }

    [Fact]
    public void A_zero_gradient_moves_nothing()
    {
        DenseTensor<float> origin = Pixels(10);
        DenseTensor<float> x = TestTensors.Copy(origin);
        ProjectedStep.L2(origin, new DenseTensor<float>(origin.Shape), DenseTensor<float>.From([1, 1, 1, 1], 4), DenseTensor<float>.From([1, 1, 1, 1], 4), PixelBox.Unit, x);
        TestTensors.AssertSameBits<float>("L2", origin.Span, x.Span);
    }

    [Fact]
    public void The_radius_of_the_L2_start_is_uniform_and_its_direction_normal()
    {
        DenseTensor<double> origin = new(Images, 60);
        DenseTensor<double> x = new(origin.Shape);
        PhiloxStream stream = new(new PhiloxKey(11, 4, 3));
        ProjectedStep.StartL2(origin, All(0.5), stream.Key, PixelBox.None, x);
        for (int n = 0; n < Images; n++)
        {
            double[] normal = [.. Enumerable.Range(60 * n, 60).Select(i => (double)(float)stream.Normal(i))];
            double norm = Math.Sqrt(normal.Sum(value => value * value));
            double radius = 0.5 * stream.Uniform((1L << 60) + n);
            for (int i = 0; i < 60; i++)
            {
                Assert.Equal(radius * normal[i] / norm, x.Image(n)[i], 1e-15);
            }
        }
    }

    private static void AssertLinf(DenseTensor<float> origin, DenseTensor<float> x)
    {
        for (int i = 0; i < x.Length; i++)
        {
            float radius = _radii[i / (x.Length / Images)];
            Assert.InRange(x.Span[i], Math.Max(0, origin.Span[i] - radius), Math.Min(1, origin.Span[i] + radius));
        }
    }

    private static void AssertL2(DenseTensor<float> origin, DenseTensor<float> x)
    {
        for (int n = 0; n < Images; n++)
        {
            Assert.True(Math.Sqrt(LaneSum.SumOfSquaredDifferences<float>(x.Image(n), origin.Image(n))) <= _radii[n], $"image {n}");
        }

        Assert.All(x.Span.ToArray(), value => Assert.InRange(value, 0, 1));
    }

    private static DenseTensor<float> Pixels(uint seed)
    {
        DenseTensor<float> pixels = new(Images, 3, 5, 7);
        new PhiloxStream(new PhiloxKey(seed, 1003, 0)).FillUniform(pixels.Span);
        pixels.Span[0] = 0;
        pixels.Span[1] = 1;
        return pixels;
    }

    private static DenseTensor<float> One(float value) => DenseTensor<float>.From([value], 1);

    private static DenseTensor<double> All(double value) => DenseTensor<double>.From([value, value, value, value], Images);
}

using System.Numerics;
using RobMask.Engines;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatPerturbationCrossTests(ITestOutputHelper output) : PerturbationCrossTests<float>(output);

public sealed class DoublePerturbationCrossTests(ITestOutputHelper output) : PerturbationCrossTests<double>(output);

/// <summary>Projected steps and the strength of a perturbation, composed in libtorch.</summary>
public abstract class PerturbationCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly PixelBox _box = new(0, 1);

    public static TheoryData<int[]> Shapes => [[1, 1, 1, 1], [3, 3, 8, 8], [5, 1, 7, 9], [4, 3, 32, 32]];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_projected_step_in_Linf_is_libtorchs_within_its_roundings(int[] shape)
    {
        using DisposeScope scope = Bridge.Scope();
        Step s = new(shape, radius: 0.1);
        s.Gradient.Span[0] = T.Zero;
        DenseTensor<T> images = s.Images();
        ProjectedStep.Linf(s.Origin, s.Gradient, s.StepSize, s.Epsilon, _box, images);

        Tensor Reference(ScalarType type)
        {
            Tensor origin = s.Origin.ToTorch(type);
            Tensor epsilon = Row(s.Epsilon, type);
            Tensor moved = s.Start.ToTorch(type) + (Row(s.StepSize, type) * s.Gradient.ToTorch(type).sign());
            return clamp(clamp(moved, origin - epsilon, origin + epsilon), 0, 1);
        }

        // A sum, an end of the ball: two roundings of numbers below 1 + ε + step, whichever way the ball is written.
        Tensor magnitude = s.Origin.ToTorch(ScalarType.Float64) + Row(s.Epsilon, ScalarType.Float64) + Row(s.StepSize, ScalarType.Float64);
        new Gauge<T>(output, $"step linf [{s.Origin.Shape}]").Check("images", images, Reference, magnitude * 2, 2);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_projected_step_in_L2_is_libtorchs_within_its_roundings(int[] shape)
    {
        using DisposeScope scope = Bridge.Scope();
        double radius = 0.05 * Math.Sqrt(shape[1] * shape[2] * shape[3]);
        Step s = new(shape, radius);
        if (shape[0] > 1)
        {
            s.Gradient.Image(0).Clear();
        }

        DenseTensor<T> images = s.Images();
        ProjectedStep.L2(s.Origin, s.Gradient, s.StepSize, s.Epsilon, _box, images);

        Tensor Reference(ScalarType type)
        {
            Tensor origin = s.Origin.ToTorch(type);
            Tensor gradient = s.Gradient.ToTorch(type);
            Tensor length = clamp(Norm(gradient), min: 1e-12);
            Tensor delta = s.Start.ToTorch(type) + (Row(s.StepSize, type) * gradient / length) - origin;
            Tensor shrink = clamp(Row(s.Epsilon, type) / clamp(Norm(delta), min: 1e-12), max: 1);
            return clamp(origin + (delta * shrink), 0, 1);
        }

        // Each norm of d terms is wrong by (d/2 + 1)u relatively, and moves a perturbation of |δ| ≤ ε + step accordingly.
        int d = s.Origin.Shape.LengthPerImage;
        Tensor moved = s.Start.ToTorch(ScalarType.Float64).abs() + s.Origin.ToTorch(ScalarType.Float64);
        Tensor kick = Row(s.StepSize, ScalarType.Float64) * s.Gradient.ToTorch(ScalarType.Float64).abs() / clamp(Norm(s.Gradient.ToTorch(ScalarType.Float64)), min: 1e-12);
        Tensor delta = (s.Start.ToTorch(ScalarType.Float64) - s.Origin.ToTorch(ScalarType.Float64)).abs() + kick;
        new Gauge<T>(output, $"step l2 [{s.Origin.Shape}]").Check("images", images, Reference, (6 * (moved + kick)) + ((d + 8) * delta), 1);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_strength_of_a_perturbation_and_its_gradient_are_libtorchs_within_their_roundings(int[] shape)
    {
        using DisposeScope scope = Bridge.Scope();
        const float EpsilonMax = 0.03f;
        Draw draw = new(shape.Sum());
        Gauge<T> gauge = new(output, $"strength [{string.Join(", ", shape)}]");
        DenseTensor<T> delta = draw.Uniform<T>(-EpsilonMax, EpsilonMax, shape);
        int d = delta.Shape.LengthPerImage;
        DenseTensor<T> result = new(shape[0], 2);
        Strength.Forward(delta, EpsilonMax, result);

        Tensor Reference(Tensor x) => stack(
            [x.flatten(1).abs().amax([1]) / EpsilonMax, linalg.vector_norm(x.flatten(1), 2, [1]) / (EpsilonMax * Math.Sqrt(d))],
            1);
        gauge.Check("forward", result, type => Reference(delta.ToTorch(type)), Reference(delta.ToTorch(ScalarType.Float64)), (d / 2.0) + 5);

        DenseTensor<T> gradOutput = draw.Values<T>(shape[0], 2);
        DenseTensor<T> gradDelta = new(shape);
        Strength.Backward(delta, EpsilonMax, gradOutput, gradDelta);
        Tensor Gradient(ScalarType type, bool magnitude)
        {
            Tensor x = delta.ToTorch(type);
            Tensor dy = gradOutput.ToTorch(type);
            x = (magnitude ? x.abs() : x).requires_grad_(true);
            return autograd.grad([Reference(x)], [x], [magnitude ? dy.abs() : dy])[0];
        }

        gauge.Check("gradient", gradDelta, type => Gradient(type, false), Gradient(ScalarType.Float64, true), (d / 2.0) + 8);
    }

    private static Tensor Row(DenseTensor<T> perImage, ScalarType type) => perImage.ToTorch(type).reshape(-1, 1, 1, 1);

    private static Tensor Norm(Tensor x) => linalg.vector_norm(x.flatten(1), 2, [1]).reshape(-1, 1, 1, 1);

    /// <summary>Images in the box, some on its edge, a start inside the ball, and steps that leave the ball about half of the time.</summary>
    private sealed class Step
    {
        public Step(int[] shape, double radius)
        {
            Draw draw = new(shape.Sum());
            Origin = draw.Uniform<T>(-0.2, 1.2, shape);
            Start = new DenseTensor<T>(shape);
            for (int i = 0; i < Origin.Length; i++)
            {
                Origin.Span[i] = T.Clamp(Origin.Span[i], T.Zero, T.One);
                Start.Span[i] = T.Clamp(Origin.Span[i] + T.CreateChecked(draw.Real(-0.05, 0.05)), T.Zero, T.One);
            }

            Gradient = draw.Values<T>(shape);
            StepSize = draw.Uniform<T>(radius * 0.2, radius, shape[0]);
            Epsilon = draw.Uniform<T>(radius * 0.5, radius, shape[0]);
        }

        public DenseTensor<T> Origin { get; }

        public DenseTensor<T> Start { get; }

        public DenseTensor<T> Gradient { get; }

        public DenseTensor<T> StepSize { get; }

        public DenseTensor<T> Epsilon { get; }

        public DenseTensor<T> Images() => DenseTensor<T>.From(Start.Span, Start.Shape.Extents);
    }
}

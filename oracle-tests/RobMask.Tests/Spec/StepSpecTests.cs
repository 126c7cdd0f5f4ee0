using System.Numerics;
using EvaluationOrder;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>Steps of optimisers and attacks against the naive ones from the document.</summary>
public sealed class StepSpecTests
{
    [Fact]
    public void Gradient_descent_has_the_bits_of_the_document() => SpecTheory.Repeat(180, Descent<float>, Descent<double>);

    [Fact]
    public void Projected_steps_have_the_bits_of_the_document() => SpecTheory.Repeat(360, Projected<float>, Projected<double>);

    [Fact]
    public void Random_starts_have_the_bits_of_the_document() => SpecTheory.Repeat(90, Start<float>, Start<double>);

    [Fact]
    public void Strength_has_the_bits_of_the_document() => SpecTheory.Repeat(180, OfStrength<float>, OfStrength<double>);

    private static void Descent<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = draw.Between(1, 150);
        T[] parameter = draw.Values<T>(count, manner);
        T[] gradient = draw.Values<T>(count, manner);
        float momentum = draw.Of(0f, 0.9f, draw.Float(0, 1));
        bool nesterov = momentum > 0 && draw.Chance(0.4);
        float dampening = nesterov ? 0 : draw.Of(0f, draw.Float(0, 1));
        float decay = draw.Of(0f, 5e-4f, draw.Float(0, 1));
        float rate = draw.Of(0.1f, 0f, draw.Float(0, 2));
        T[]? buffer = momentum > 0 && draw.Chance(0.6) ? draw.Values<T>(count, manner) : null;
        Trial<T> trial = new("sgd_step", draw);
        trial.Input("param", parameter, count);
        trial.Input("grad", gradient, count);
        if (buffer is not null)
        {
            trial.Input("momentum_buffer", buffer, count);
        }

        trial.Attribute("lr", rate);
        trial.Attribute("momentum", momentum);
        trial.Attribute("dampening", dampening);
        trial.Attribute("weight_decay", decay);
        trial.Attribute("nesterov", nesterov);
        (T[] expected, T[]? expectedBuffer) = Steps.Sgd(parameter, gradient, buffer, rate, momentum, dampening, decay, nesterov);
        trial.Gives("param", expected);
        if (expectedBuffer is not null)
        {
            trial.Gives("momentum_buffer", expectedBuffer);
        }
    }

    private static void Projected<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Images<T> images = new(draw, manner);
        T[] x = draw.Chance(0.7) ? images.Near(draw) : draw.Values<T>(images.Length, manner);
        T[] gradient = draw.Values<T>(images.Length, manner);
        float step = draw.Of(0f, 2f / 255, draw.Float(0, 1));
        bool linf = draw.Chance(0.5);
        Trial<T> trial = new("pgd_step", draw);
        trial.Input("input", x, images.Extents);
        trial.Input("origin", images.Origin, images.Extents);
        trial.Input("grad", gradient, images.Extents);
        trial.Attribute("norm", linf ? "linf" : "l2");
        trial.Attribute("step_size", step);
        trial.Attribute("epsilon", images.Epsilon);
        trial.Attribute("min", images.Low);
        trial.Attribute("max", images.High);
        Func<T[], T[], T[], T, T, float, float, T[]> expected = linf ? Steps.Linf : Steps.L2;
        trial.Gives("output", images.ByImage(s => expected(x[s], images.Origin[s], gradient[s], T.CreateTruncating(step), T.CreateTruncating(images.Epsilon), images.Low, images.High)));
    }

    private static void Start<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Images<T> images = new(draw, manner);
        RandomNumbers random = new((ulong)draw.Seed, 5, 3);
        PhiloxKey key = new((ulong)draw.Seed, 5, 3);
        PixelBox box = new(images.Low, images.High);
        DenseTensor<T> origin = DenseTensor<T>.From(images.Origin, images.Extents);
        DenseTensor<T> epsilon = new(images.Count);
        epsilon.Span.Fill(T.CreateTruncating(images.Epsilon));
        DenseTensor<T> destination = new(origin.Shape);

        float[] uniform = [.. Enumerable.Range(0, images.Length).Select(i => random.Uniform(i))];
        ProjectedStep.StartLinf(origin, epsilon, key, box, destination);
        new Trial<T>("linf start", draw).Same("destination", images.ByImage(s => Steps.StartLinf(images.Origin[s], uniform[s], epsilon.Span[0], images.Low, images.High)), destination.Span);

        T[] normals = [.. Enumerable.Range(0, images.Length).Select(i => T.CreateTruncating((float)random.Normal(i)))];
        ProjectedStep.StartL2(origin, epsilon, key, box, destination);
        new Trial<T>("l2 start", draw).Same(
            "destination",
            images.ByImage(s => Steps.StartL2(images.Origin[s], normals[s], random.Uniform((1L << 60) + images.ImageOf(s)), epsilon.Span[0], images.Low, images.High)),
            destination.Span);
    }

    private static void OfStrength<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Images<T> images = new(draw, manner);
        DenseTensor<T> delta = DenseTensor<T>.From(images.Origin, images.Extents);
        T[] gradOutput = draw.Values<T>(2 * images.Count, manner);
        float epsilonMax = draw.Of(8f / 255, 1f, draw.Float(0.01, 3));
        DenseTensor<T> output = new(images.Count, 2);
        Strength.Forward(delta, epsilonMax, output);
        T[] expected = [.. images.ByImage(s => [Steps.Strength(images.Origin[s], epsilonMax).OfMaximum, Steps.Strength(images.Origin[s], epsilonMax).OfNorm])];
        new Trial<T>("strength", draw).Same("output", expected, output.Span);

        DenseTensor<T> gradDelta = new(delta.Shape);
        Strength.Backward(delta, epsilonMax, DenseTensor<T>.From(gradOutput, images.Count, 2), gradDelta);
        T[] gradient = images.ByImage(s => Steps.StrengthBackward(images.Origin[s], epsilonMax, gradOutput[2 * images.ImageOf(s)], gradOutput[(2 * images.ImageOf(s)) + 1]));
        new Trial<T>("strength_backward", draw).Same("grad_delta", gradient, gradDelta.Span);
    }

    /// <summary>Images, their ball and their box.</summary>
    private sealed class Images<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Images(Draw draw, Manner manner)
        {
            Count = draw.Between(1, 4);
            Extents = [Count, draw.Between(1, 3), draw.Between(1, 9), draw.Between(1, 9)];
            Length = Extents.Aggregate((a, b) => a * b);
            Origin = draw.Values<T>(Length, manner);
            Epsilon = draw.Of(0f, 8f / 255, 0.5f, draw.Float(0, 3));
            (Low, High) = draw.Of((0f, 1f), (-0f, 1f), (-1f, 0f), (-1.5f, 1.25f), (float.NegativeInfinity, float.PositiveInfinity), (0.25f, 0.25f));
        }

        public int Count { get; }

        public int[] Extents { get; }

        public int Length { get; }

        public T[] Origin { get; }

        public float Epsilon { get; }

        public float Low { get; }

        public float High { get; }

        /// <summary>Points about the origin, at distances about epsilon.</summary>
        public T[] Near(Draw draw) => [.. Origin.Select(x => x + T.CreateTruncating(draw.Of(0, Epsilon, -Epsilon, draw.Float(-1.5, 1.5) * Epsilon)))];

        public int ImageOf(Range image) => image.Start.Value / (Length / Count);

        public T[] ByImage(Func<Range, T[]> compute) =>
            [.. Enumerable.Range(0, Count).SelectMany(n => compute((n * (Length / Count))..((n + 1) * (Length / Count))))];
    }
}

using System.Numerics;
using EvaluationOrder;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>ReLU, masks, pooling, standardising and sums of branches against the naive ones from the document.</summary>
public sealed class PoolingSpecTests
{
    [Fact]
    public void Relu_and_feature_masks_have_the_bits_of_the_document() => SpecTheory.Repeat(60, Relus<float>, Relus<double>);

    [Fact]
    public void Pooling_has_the_bits_of_the_document() => SpecTheory.Repeat(240, Pool<float>, Pool<double>);

    [Fact]
    public void Global_averages_have_the_bits_of_the_document() => SpecTheory.Repeat(90, GlobalAverage<float>, GlobalAverage<double>);

    [Fact]
    public void Standardising_and_branches_have_the_bits_of_the_document() => SpecTheory.Repeat(90, Standard<float>, Standard<double>);

    private static void Relus<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = draw.Between(1, 400);
        T[] input = draw.Values<T>(count, manner);
        T[] gradOutput = draw.Values<T>(count, manner);
        Trial<T> forward = new("relu", draw);
        forward.Input("input", input, count);
        T[] output = ElementByElement.Relu(input);
        forward.Gives("output", output);

        Trial<T> backward = new("relu_backward", draw);
        backward.Input("input", input, count);
        backward.Input("grad_output", gradOutput, count);
        backward.Gives("grad_input", ElementByElement.ReluBackward(output, gradOutput));

        Trial<T> mask = new("feature_mask", draw);
        mask.Input("input", input, count);
        Assert.Equal(ElementByElement.FeatureMask(input), ((DenseTensor<bool>)mask.Output("mask")).Span.ToArray());

        Trial<T> sum = new("add", draw);
        sum.Input("left", input, count);
        sum.Input("right", gradOutput, count);
        sum.Gives("output", ElementByElement.Residual(input, gradOutput));

        double[] openness = new double[1];
        FeatureMask.Openness(DenseTensor<T>.From(input, count, 1), openness);
        Assert.Equal([ElementByElement.Openness(input)], openness);
    }

    private static void Pool<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int channels) = (draw.Between(1, 3), draw.Between(1, 4));
        Pooling.Extents e = Extents(draw, images * channels);
        T[] input = draw.Values<T>(e.Planes * e.H * e.W, manner);
        T[] gradOutput = draw.Values<T>(e.Planes * e.P * e.Q, manner);
        foreach (string operation in new[] { "max_pool2d", "max_pool2d_backward", "avg_pool2d", "avg_pool2d_backward" })
        {
            Trial<T> trial = new(operation, draw);
            trial.Input("input", input, images, channels, e.H, e.W);
            trial.Attribute("kernel_size", $"{e.R},{e.S}");
            trial.Attribute("stride", $"{e.StrideH},{e.StrideW}");
            trial.Attribute("padding", $"{e.PaddingH},{e.PaddingW}");
            if (operation.EndsWith("backward", StringComparison.Ordinal))
            {
                trial.Input("grad_output", gradOutput, images, channels, e.P, e.Q);
            }

            switch (operation)
            {
                case "max_pool2d": trial.Gives("output", Pooling.Max(input, e).Output); break;
                case "max_pool2d_backward": trial.Gives("grad_input", Pooling.MaxBackward(Pooling.Max(input, e).Indices, gradOutput, e)); break;
                case "avg_pool2d": trial.Gives("output", Pooling.Average(input, e)); break;
                default: trial.Gives("grad_input", Pooling.AverageBackward(gradOutput, e)); break;
            }
        }
    }

    private static Pooling.Extents Extents(Draw draw, int planes)
    {
        while (true)
        {
            (int height, int width) = (draw.Between(1, 5), draw.Between(1, 5));
            Pooling.Extents e = new(
                planes, draw.Between(1, 40), draw.Between(1, 40), height, width, draw.Between(1, 4), draw.Between(1, 4), draw.Between(0, height / 2), draw.Between(0, width / 2));
            if (e.H + (2 * e.PaddingH) >= e.R && e.W + (2 * e.PaddingW) >= e.S)
            {
                return e;
            }
        }
    }

    private static void GlobalAverage<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] extents = [draw.Between(1, 4), draw.Between(1, 7), draw.Between(1, 13), draw.Between(1, 13)];
        int planes = extents[0] * extents[1];
        int plane = extents[2] * extents[3];
        T[] input = draw.Values<T>(planes * plane, manner);
        T[] gradOutput = draw.Values<T>(planes, manner);
        Trial<T> forward = new("global_avg_pool", draw);
        forward.Input("input", input, extents);
        forward.Gives("output", Pooling.GlobalAverage(input, planes, plane));

        Trial<T> backward = new("global_avg_pool_backward", draw);
        backward.Input("input", input, extents);
        backward.Input("grad_output", gradOutput, extents[0], extents[1]);
        backward.Gives("grad_input", Pooling.GlobalAverageBackward(gradOutput, plane));
    }

    /// <summary>Neither is in the catalogue: the public operations themselves are called.</summary>
    private static void Standard<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] extents = [draw.Between(1, 4), draw.Between(1, 5), draw.Between(1, 9), draw.Between(1, 9)];
        TensorShape shape = new(extents);
        T[] left = draw.Values<T>(shape.Length, manner);
        T[] right = draw.Values<T>(shape.Length, manner);
        float[] mean = [.. Enumerable.Range(0, extents[1]).Select(_ => draw.Float(-1, 1))];
        float[] deviation = [.. Enumerable.Range(0, extents[1]).Select(_ => draw.Float(0.1, 2))];
        DenseTensor<T> input = DenseTensor<T>.From(left, extents);
        DenseTensor<T> output = new(shape);

        Residual.Forward(input, DenseTensor<T>.From(right, extents), output);
        new Trial<T>("residual", draw).Same("output", ElementByElement.Residual(left, right), output.Span);
        Standardise.Forward(input, mean, deviation, output);
        new Trial<T>("standardise", draw).Same("output", ElementByElement.Standardise(left, mean, deviation, extents[2] * extents[3]), output.Span);
        Standardise.Backward(input, deviation, output);
        new Trial<T>("standardise_backward", draw).Same("grad_input", ElementByElement.StandardiseBackward(left, deviation, extents[2] * extents[3]), output.Span);
    }
}

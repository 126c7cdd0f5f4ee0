using System.Numerics;
using EvaluationOrder;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>Convolution and linear maps against the naive ones from the document.</summary>
public sealed class ProductSpecTests
{
    [Fact]
    public void Convolution_has_the_bits_of_the_document() => SpecTheory.Repeat(240, Forward<float>, Forward<double>);

    [Fact]
    public void Gradients_of_a_convolution_have_the_bits_of_the_document() => SpecTheory.Repeat(240, Backward<float>, Backward<double>);

    [Fact]
    public void Blocks_of_a_weight_gradient_have_the_bits_of_the_document() => SpecTheory.Repeat(24, Blocks<float>, Blocks<double>);

    [Fact]
    public void Linear_maps_have_the_bits_of_the_document() => SpecTheory.Repeat(180, LinearForward<float>, LinearForward<double>);

    [Fact]
    public void Gradients_of_a_linear_map_have_the_bits_of_the_document() => SpecTheory.Repeat(120, LinearBackward<float>, LinearBackward<double>);

    [Fact]
    public void More_images_than_a_block_have_the_bits_of_the_document() => SpecTheory.Repeat(12, LinearBlocks<float>, LinearBlocks<double>);

    private static void Forward<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Convolution.Extents e = Extents(draw);
        T[] input = draw.Values<T>(e.N * e.C * e.H * e.W, manner);
        T[] weight = draw.Values<T>(e.K * e.ChannelsPerGroup * e.R * e.S, manner);
        T[]? bias = draw.Chance(0.5) ? draw.Values<T>(e.K, manner) : null;
        Trial<T> trial = Make("conv2d", draw, e, input, weight);
        if (bias is not null)
        {
            trial.Input("bias", bias, e.K);
        }

        trial.Gives("output", Convolution.Forward(input, weight, bias, e));
    }

    private static void Backward<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Backward<T>(draw, manner, Extents(draw));

    /// <summary>Blocks of one image with more than 512 outputs, of a few, and of hundreds; odd numbers of blocks.</summary>
    private static void Blocks<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int size) = draw.Of((draw.Between(1, 7), draw.Between(23, 26)), (draw.Between(5, 30), draw.Between(9, 14)), (draw.Between(500, 1800), 1), (draw.Between(120, 700), 2));
        int kernel = size == 1 ? 1 : draw.Between(1, 3);
        Backward<T>(draw, manner, new(images, draw.Between(1, 2), size, size, draw.Between(1, 2), kernel, kernel, 1, 1, kernel / 2, kernel / 2, 1, 1, 1));
    }

    private static void Backward<T>(Draw draw, Manner manner, Convolution.Extents e)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] input = draw.Values<T>(e.N * e.C * e.H * e.W, manner);
        T[] weight = draw.Values<T>(e.K * e.ChannelsPerGroup * e.R * e.S, manner);
        T[] gradOutput = draw.Values<T>(e.N * e.K * e.P * e.Q, manner);
        Trial<T> trial = Make("conv2d_backward", draw, e, input, weight);
        trial.Input("grad_output", gradOutput, e.N, e.K, e.P, e.Q);
        trial.Attribute("bias", true);
        trial.Gives("grad_input", Convolution.BackwardInput(gradOutput, weight, e));
        trial.Gives("grad_weight", Convolution.BackwardWeight(input, gradOutput, e));
        trial.Gives("grad_bias", Convolution.BackwardBias(gradOutput, e));
    }

    private static Trial<T> Make<T>(string operation, Draw draw, Convolution.Extents e, T[] input, T[] weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Trial<T> trial = new(operation, draw);
        trial.Input("input", input, e.N, e.C, e.H, e.W);
        trial.Input("weight", weight, e.K, e.ChannelsPerGroup, e.R, e.S);
        trial.Attribute("stride", $"{e.StrideH},{e.StrideW}");
        trial.Attribute("padding", $"{e.PaddingH},{e.PaddingW}");
        trial.Attribute("dilation", $"{e.DilationH},{e.DilationW}");
        trial.Attribute("groups", e.Groups);
        return trial;
    }

    /// <summary>Few and many images and channels, because kernels put either in the lanes of a vector; groups; strides, padding and dilation of both directions.</summary>
    private static Convolution.Extents Extents(Draw draw)
    {
        while (true)
        {
            int groups = draw.Of(1, 1, 1, 2, 3);
            bool plain = draw.Chance(0.4);
            (int images, int channels, int size) = draw.Of(
                (draw.Between(1, 4), draw.Between(1, 5), 19), (draw.Between(5, 70), draw.Between(1, 5), 7), (draw.Between(1, 4), draw.Between(14, 40), 8), (draw.Between(20, 40), draw.Between(8, 20), 4));
            Convolution.Extents e = new(
                images, groups * channels, draw.Between(1, size), draw.Between(1, size), groups * draw.Between(1, 6), draw.Of(1, 2, 3, 3, 5), draw.Of(1, 3, 3, 4),
                plain ? 1 : draw.Between(1, 3), plain ? 1 : draw.Between(1, 3), draw.Between(0, 2), draw.Between(0, 2), plain ? 1 : draw.Between(1, 2), plain ? 1 : draw.Between(1, 2), groups);
            if (e.H + (2 * e.PaddingH) > e.DilationH * (e.R - 1) && e.W + (2 * e.PaddingW) > e.DilationW * (e.S - 1))
            {
                return e;
            }
        }
    }

    private static void LinearForward<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int features, int outputs) = (draw.Between(1, 20), draw.Between(1, 60), draw.Between(1, 40));
        T[] input = draw.Values<T>(images * features, manner);
        T[] weight = draw.Values<T>(outputs * features, manner);
        T[]? bias = draw.Chance(0.5) ? draw.Values<T>(outputs, manner) : null;
        Trial<T> trial = new("linear", draw);
        trial.Input("input", input, images, features);
        trial.Input("weight", weight, outputs, features);
        if (bias is not null)
        {
            trial.Input("bias", bias, outputs);
        }

        trial.Gives("output", Linear.Forward(input, weight, bias, images, features, outputs));
    }

    private static void LinearBackward<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => LinearBackward<T>(draw, manner, draw.Between(1, 40), draw.Between(1, 30), draw.Between(1, 30));

    private static void LinearBlocks<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => LinearBackward<T>(draw, manner, draw.Between(500, 3700), draw.Between(1, 5), draw.Between(1, 5));

    private static void LinearBackward<T>(Draw draw, Manner manner, int images, int features, int outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] input = draw.Values<T>(images * features, manner);
        T[] weight = draw.Values<T>(outputs * features, manner);
        T[] gradOutput = draw.Values<T>(images * outputs, manner);
        Trial<T> trial = new("linear_backward", draw);
        trial.Input("input", input, images, features);
        trial.Input("weight", weight, outputs, features);
        trial.Input("grad_output", gradOutput, images, outputs);
        trial.Gives("grad_input", Linear.BackwardInput(gradOutput, weight, images, features, outputs));
        trial.Gives("grad_weight", Linear.BackwardWeight(input, gradOutput, images, features, outputs));
        trial.Gives("grad_bias", Linear.BackwardBias(gradOutput, images, outputs));
    }
}

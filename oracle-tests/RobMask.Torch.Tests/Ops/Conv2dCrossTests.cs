using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatConv2dCrossTests(ITestOutputHelper output) : Conv2dCrossTests<float>(output);

public sealed class DoubleConv2dCrossTests(ITestOutputHelper output) : Conv2dCrossTests<double>(output);

/// <summary>Convolution and its gradients against libtorch: a chain of n products, so n roundings of Σ|a||b|, one more for a bias.</summary>
public abstract class Conv2dCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Convolution_of_any_shape_is_libtorchs_within_n_u_g(int seed)
    {
        Draw draw = new(seed);
        int groups = draw.Integer(1, 3);
        ConvAttributes attributes = new(
            draw.Integer(1, 5), draw.Integer(1, 5), draw.Integer(1, 3), draw.Integer(1, 3),
            draw.Integer(0, 3), draw.Integer(0, 3), draw.Integer(1, 3), draw.Integer(1, 3), groups);
        int height = ((attributes.KernelHeight - 1) * attributes.DilationHeight) + draw.Integer(1, 14);
        int width = ((attributes.KernelWidth - 1) * attributes.DilationWidth) + draw.Integer(1, 21);
        Compare(draw, draw.Integer(1, 4), groups * draw.Integer(1, 5), groups * draw.Integer(1, 9), height, width, attributes);
    }

    [Theory]
    [InlineData(3, 64, 32, 3, 1, 1)]
    [InlineData(64, 64, 8, 3, 1, 1)]
    [InlineData(64, 128, 9, 3, 2, 1)]
    [InlineData(130, 33, 7, 1, 1, 0)]
    [InlineData(16, 40, 11, 1, 2, 0)]
    public void Convolutions_of_the_networks_are_libtorchs_within_n_u_g(int channels, int outputs, int extent, int kernel, int stride, int padding) =>
        Compare(new Draw(channels + outputs), 5, channels, outputs, extent, extent, ConvAttributes.Square(kernel, stride, padding));

    private void Compare(Draw draw, int images, int channels, int outputs, int height, int width, ConvAttributes a)
    {
        using DisposeScope scope = Bridge.Scope();
        DenseTensor<T> input = draw.Values<T>(images, channels, height, width);
        DenseTensor<T> weight = draw.Values<T>(outputs, channels / a.Groups, a.KernelHeight, a.KernelWidth);
        DenseTensor<T>? bias = draw.Coin() ? draw.Values<T>(outputs) : null;
        DenseTensor<T> result = new(Conv2d.OutputShape(input.Shape, weight.Shape, a));
        Multilinear<T> conv = new(
            output,
            $"conv2d [{input.Shape} {weight.Shape} {a}]",
            x => torch.nn.functional.conv2d(
                x[0], x[1], x.Length > 2 ? x[2] : null, [a.StrideHeight, a.StrideWidth], [a.PaddingHeight, a.PaddingWidth], [a.DilationHeight, a.DilationWidth], a.Groups),
            bias is null ? [input, weight] : [input, weight, bias]);

        Conv2d.Forward(input, weight, bias, a, result);
        conv.CheckForward(result, weight.Shape.LengthPerImage + (bias is null ? 0 : 1));

        DenseTensor<T> gradOutput = draw.Values<T>(result.Shape.Extents);
        int taps = a.KernelHeight * a.KernelWidth;
        DenseTensor<T> gradInput = new(input.Shape);
        Conv2d.BackwardInput(gradOutput, weight, a, gradInput);
        conv.CheckBackward(0, gradOutput, gradInput, outputs / a.Groups * taps, "input");

        int positions = images * result.Shape[2] * result.Shape[3];
        DenseTensor<T> gradWeight = new(weight.Shape);
        Conv2d.BackwardWeight(input, gradOutput, a, gradWeight);
        conv.CheckBackward(1, gradOutput, gradWeight, positions, "weight");

        if (bias is not null)
        {
            DenseTensor<T> gradBias = new(bias.Shape);
            Conv2d.BackwardBias(gradOutput, gradBias);
            conv.CheckBackward(2, gradOutput, gradBias, positions, "bias");
        }
    }
}

using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatRescaleCrossTests(ITestOutputHelper output) : RescaleCrossTests<float>(output);

public sealed class DoubleRescaleCrossTests(ITestOutputHelper output) : RescaleCrossTests<double>(output);

/// <summary>Rescaling, by one mask, a mask for each image or a mixture of primary masks, composed in libtorch with autograd.</summary>
public abstract class RescaleCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static TheoryData<int, bool, int> Shapes => new()
    {
        { 1, false, 1 }, { 1, true, 7 }, { 3, false, 1 }, { 4, true, 35 }, { 5, false, 64 }, { 2, true, 1 }, { 7, false, 33 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rescaling_is_libtorchs_within_its_roundings(int images, bool perImage, int positions)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + positions);
        int channels = draw.Integer(1, 19);
        DenseTensor<T> input = draw.Values<T>(Shape(images, channels, positions));
        int[] mask = perImage ? [images, channels] : [channels];
        DenseTensor<T> gamma = draw.Values<T>(mask);
        DenseTensor<T> beta = draw.Values<T>(mask);
        Multilinear<T> rescale = new(output, $"rescale [{input.Shape} {gamma.Shape}]", x => (Spread(x[1], x[0]) * x[0]) + Spread(x[2], x[0]), input, gamma, beta);

        DenseTensor<T> result = new(input.Shape);
        Rescale.Forward(input, gamma, beta, result);
        rescale.CheckForward(result, 2);

        DenseTensor<T> gradOutput = draw.Values<T>(input.Shape.Extents);
        DenseTensor<T> gradInput = new(input.Shape);
        Rescale.BackwardInput(gradOutput, gamma, gradInput);
        rescale.CheckBackward(0, gradOutput, gradInput, 1, "input");

        DenseTensor<T> gradGamma = new(mask);
        DenseTensor<T> gradBeta = new(mask);
        Rescale.BackwardMask(input, gradOutput, gradGamma, gradBeta);
        int terms = perImage ? positions : images * positions;
        rescale.CheckBackward(1, gradOutput, gradGamma, terms, "gamma");
        rescale.CheckBackward(2, gradOutput, gradBeta, terms, "beta");
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 2, 25)]
    [InlineData(6, 3, 1)]
    [InlineData(4, 8, 49)]
    public void Rescaling_by_a_mixture_and_all_four_gradients_are_libtorchs_within_their_roundings(int images, int masks, int positions)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + masks + positions);
        int channels = draw.Integer(1, 23);
        DenseTensor<T> input = draw.Values<T>(Shape(images, channels, positions));
        DenseTensor<T> gammas = draw.Values<T>(masks, channels);
        DenseTensor<T> betas = draw.Values<T>(masks, channels);
        DenseTensor<T> coefficients = draw.Values<T>(images, masks);
        Multilinear<T> rescale = new(
            output,
            $"mixed rescale [{input.Shape} k={masks}]",
            x => (Spread(x[3].matmul(x[1]), x[0]) * x[0]) + Spread(x[3].matmul(x[2]), x[0]),
            input,
            gammas,
            betas,
            coefficients);

        DenseTensor<T> mixedGamma = new(images, channels);
        DenseTensor<T> mixedBeta = new(images, channels);
        DenseTensor<T> result = new(input.Shape);
        MixedRescale.Forward(input, gammas, betas, coefficients, mixedGamma, mixedBeta, result);
        rescale.CheckForward(result, masks + 2);

        DenseTensor<T> gradOutput = draw.Values<T>(input.Shape.Extents);
        DenseTensor<T> gradMixedGamma = new(images, channels);
        DenseTensor<T> gradMixedBeta = new(images, channels);
        DenseTensor<T> gradGammas = new(masks, channels);
        DenseTensor<T> gradBetas = new(masks, channels);
        DenseTensor<T> gradCoefficients = new(images, masks);
        DenseTensor<T> gradInput = new(input.Shape);
        MixedRescale.Backward(
            input, gradOutput, gammas, betas, coefficients, mixedGamma, gradMixedGamma, gradMixedBeta, gradGammas, gradBetas, gradCoefficients, gradInput);
        rescale.CheckBackward(0, gradOutput, gradInput, masks + 1, "input");
        rescale.CheckBackward(1, gradOutput, gradGammas, positions + images, "gammas");
        rescale.CheckBackward(2, gradOutput, gradBetas, positions + images, "betas");
        rescale.CheckBackward(3, gradOutput, gradCoefficients, positions + (2 * channels), "coefficients");
    }

    /// <summary>[N, C] for one position, else [N, C, H, W] with a prime height where there is one.</summary>
    private static int[] Shape(int images, int channels, int positions)
    {
        int height = new[] { 7, 5, 3, 1 }.First(h => positions % h == 0);
        return positions == 1 ? [images, channels] : [images, channels, height, positions / height];
    }

    /// <summary>[C] or [N, C] beside [N, C, …].</summary>
    private static torch.Tensor Spread(torch.Tensor mask, torch.Tensor input)
    {
        long[] shape = [mask.dim() == 2 ? mask.shape[0] : 1, mask.shape[^1], .. Enumerable.Repeat(1L, (int)input.dim() - 2)];
        return mask.reshape(shape);
    }
}

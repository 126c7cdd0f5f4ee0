using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatLinearCrossTests(ITestOutputHelper output) : LinearCrossTests<float>(output);

public sealed class DoubleLinearCrossTests(ITestOutputHelper output) : LinearCrossTests<double>(output);

/// <summary>The linear layer and its gradients against libtorch: D products and a bias, K products, N products.</summary>
public abstract class LinearCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 7, 3)]
    [InlineData(5, 64, 10)]
    [InlineData(17, 129, 33)]
    [InlineData(64, 512, 100)]
    public void Linear_layer_is_libtorchs_within_n_u_g(int images, int inputs, int outputs)
    {
        using DisposeScope scope = Bridge.Scope();
        foreach (bool biased in new[] { false, true })
        {
            Draw draw = new(images + inputs);
            DenseTensor<T> input = draw.Values<T>(images, inputs);
            DenseTensor<T> weight = draw.Values<T>(outputs, inputs);
            DenseTensor<T>? bias = biased ? draw.Values<T>(outputs) : null;
            DenseTensor<T> result = new(images, outputs);
            Multilinear<T> linear = new(
                output,
                $"linear [{input.Shape} {weight.Shape}]",
                x => torch.nn.functional.linear(x[0], x[1], x.Length > 2 ? x[2] : null),
                bias is null ? [input, weight] : [input, weight, bias]);

            Linear.Forward(input, weight, bias, result);
            linear.CheckForward(result, inputs + (biased ? 1 : 0));

            DenseTensor<T> gradOutput = draw.Values<T>(images, outputs);
            DenseTensor<T> gradInput = new(input.Shape);
            Linear.BackwardInput(gradOutput, weight, gradInput);
            linear.CheckBackward(0, gradOutput, gradInput, outputs, "input");

            DenseTensor<T> gradWeight = new(weight.Shape);
            Linear.BackwardWeight(input, gradOutput, gradWeight);
            linear.CheckBackward(1, gradOutput, gradWeight, images, "weight");

            if (bias is not null)
            {
                DenseTensor<T> gradBias = new(bias.Shape);
                Linear.BackwardBias(gradOutput, gradBias);
                linear.CheckBackward(2, gradOutput, gradBias, images, "bias");
            }
        }
    }
}

using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatElementwiseCrossTests : ElementwiseCrossTests<float>;

public sealed class DoubleElementwiseCrossTests : ElementwiseCrossTests<double>;

/// <summary>Operations of at most one rounding an output, or of the same stated roundings in libtorch: equal to the last bit.</summary>
public abstract class ElementwiseCrossTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly torch.ScalarType _type = Bridge.TypeOf<T>();

    [Fact]
    public void Relu_and_its_gradient_are_libtorchs_also_at_zero_and_NaN()
    {
        using DisposeScope scope = Bridge.Scope();
        DenseTensor<T> input = new Draw(1).Values<T>(3, 4, 5, 7);
        (input.Span[0], input.Span[1], input.Span[2], input.Span[3]) = (T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity);
        (input.Span[4], input.Span[5]) = (T.NaN, T.Epsilon);
        DenseTensor<T> gradOutput = new Draw(2).Values<T>(input.Shape.Extents);
        DenseTensor<T> result = new(input.Shape);
        DenseTensor<T> gradInput = new(input.Shape);

        Relu.Forward(input, result);
        Relu.Backward(result, gradOutput, gradInput);

        torch.Tensor x = input.ToTorch(_type).requires_grad_(true);
        torch.Tensor y = torch.nn.functional.relu(x);
        Assert.Equal(y.ToDoubles(), result.ToDoubles());
        Assert.Equal(torch.autograd.grad([y], [x], [gradOutput.ToTorch(_type)])[0].ToDoubles(), gradInput.ToDoubles());
    }

    [Fact]
    public void Feature_mask_and_openness_are_what_libtorch_finds_above_zero()
    {
        using DisposeScope scope = Bridge.Scope();
        DenseTensor<T> input = new Draw(3).Values<T>(3, 4, 5, 7);
        (input.Span[0], input.Span[1], input.Span[2]) = (T.Zero, T.NegativeZero, T.NaN);
        bool[] mask = new bool[input.Length];
        double[] openness = new double[4];

        FeatureMask.Forward(input, mask);
        FeatureMask.Openness(input, openness);

        torch.Tensor open = input.ToTorch(_type).gt(0);
        Assert.Equal(open.to(torch.ScalarType.Float64).ToDoubles(), Array.ConvertAll(mask, bit => bit ? 1.0 : 0.0));

        // A count of at most 105 divided once: exact but for that one division.
        Assert.Equal((open.to(torch.ScalarType.Float64).sum([0, 2, 3]) / 105).ToDoubles(), openness);
    }

    [Fact]
    public void Residual_addition_has_libtorchs_bits()
    {
        using DisposeScope scope = Bridge.Scope();
        DenseTensor<T> left = new Draw(4).Values<T>(3, 5, 7, 9);
        DenseTensor<T> right = new Draw(5).Values<T>(3, 5, 7, 9);
        DenseTensor<T> result = new(left.Shape);

        Residual.Forward(left, right, result);

        Assert.Equal((left.ToTorch(_type) + right.ToTorch(_type)).ToDoubles(), result.ToDoubles());
    }

    [Fact]
    public void Standardising_and_its_gradient_have_libtorchs_bits()
    {
        using DisposeScope scope = Bridge.Scope();
        DenseTensor<T> input = new Draw(6).Uniform<T>(0, 1, 4, 3, 9, 11);
        DenseTensor<T> gradOutput = new Draw(7).Values<T>(input.Shape.Extents);
        float[] mean = [0.4914f, 0.4822f, 0.4465f];
        float[] deviation = [0.2470f, 0.2435f, 0.2616f];
        DenseTensor<T> result = new(input.Shape);
        DenseTensor<T> gradInput = new(input.Shape);

        Standardise.Forward(input, mean, deviation, result);
        Standardise.Backward(gradOutput, deviation, gradInput);

        torch.Tensor mu = torch.tensor(mean, [1, 3, 1, 1]).to(_type);
        torch.Tensor sigma = torch.tensor(deviation, [1, 3, 1, 1]).to(_type);
        torch.Tensor x = input.ToTorch(_type).requires_grad_(true);
        torch.Tensor y = (x - mu) / sigma;
        Assert.Equal(y.ToDoubles(), result.ToDoubles());
        Assert.Equal(torch.autograd.grad([y], [x], [gradOutput.ToTorch(_type)])[0].ToDoubles(), gradInput.ToDoubles());
    }
}

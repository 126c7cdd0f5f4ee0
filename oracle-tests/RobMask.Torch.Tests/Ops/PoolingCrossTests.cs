using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatPoolingCrossTests(ITestOutputHelper output) : PoolingCrossTests<float>(output);

public sealed class DoublePoolingCrossTests(ITestOutputHelper output) : PoolingCrossTests<double>(output);

/// <summary>Max-pooling exactly, its gradient and the averages within their roundings.</summary>
public abstract class PoolingCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 16)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Max_pooling_picks_libtorchs_winner_also_among_equals(int seed)
    {
        using DisposeScope scope = Bridge.Scope();
        (Draw draw, DenseTensor<T> input, PoolAttributes a) = Case(seed);
        if (draw.Coin())
        {
            // Few distinct values: ties in almost every window.
            foreach (ref T value in input.Span)
            {
                value = T.CreateChecked(draw.Integer(-2, 1));
            }
        }

        TensorShape shape = MaxPool2d.OutputShape(input.Shape, a);
        DenseTensor<T> result = new(shape);
        DenseTensor<int> indices = new(shape);
        MaxPool2d.Forward(input, a, result, indices);

        torch.Tensor reference = input.ToTorch(Bridge.TypeOf<T>()).requires_grad_(true);
        torch.Tensor pooled = MaxPool(reference, a);
        Assert.Equal(pooled.shape, shape.ToTorch());
        Assert.Equal(pooled.ToDoubles(), result.ToDoubles());

        DenseTensor<T> gradOutput = draw.Values<T>(shape.Extents);
        DenseTensor<T> gradInput = new(input.Shape);
        MaxPool2d.Backward(gradOutput, indices, gradInput);
        torch.Tensor Gradient(torch.ScalarType type, bool magnitude)
        {
            torch.Tensor x = input.ToTorch(type).requires_grad_(true);
            torch.Tensor g = gradOutput.ToTorch(type);
            return torch.autograd.grad([MaxPool(x, a)], [x], [magnitude ? g.abs() : g])[0];
        }

        int overlap = Overlap(a.KernelHeight, a.StrideHeight) * Overlap(a.KernelWidth, a.StrideWidth);
        new Gauge<T>(output, $"max pool [{input.Shape} {a}]").Check(
            "gradient of input", gradInput, type => Gradient(type, false), Gradient(torch.ScalarType.Float64, true), overlap);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Average_pooling_is_libtorchs_within_its_roundings(int seed)
    {
        using DisposeScope scope = Bridge.Scope();
        (Draw draw, DenseTensor<T> input, PoolAttributes a) = Case(seed);
        DenseTensor<T> result = new(MaxPool2d.OutputShape(input.Shape, a));
        Multilinear<T> pool = new(
            output,
            $"average pool [{input.Shape} {a}]",
            x => torch.nn.functional.avg_pool2d(x[0], [a.KernelHeight, a.KernelWidth], [a.StrideHeight, a.StrideWidth], [a.PaddingHeight, a.PaddingWidth]),
            input);

        AvgPool2d.Forward(input, a, result);
        pool.CheckForward(result, (a.KernelHeight * a.KernelWidth) + 1);

        DenseTensor<T> gradOutput = draw.Values<T>(result.Shape.Extents);
        DenseTensor<T> gradInput = new(input.Shape);
        AvgPool2d.Backward(gradOutput, a, gradInput);
        pool.CheckBackward(0, gradOutput, gradInput, (Overlap(a.KernelHeight, a.StrideHeight) * Overlap(a.KernelWidth, a.StrideWidth)) + 1, "input");
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(3, 5, 4, 4)]
    [InlineData(2, 17, 7, 13)]
    [InlineData(2, 3, 32, 32)]
    public void Global_average_pooling_is_libtorchs_within_its_roundings(int images, int channels, int height, int width)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(height);
        DenseTensor<T> input = draw.Values<T>(images, channels, height, width);
        DenseTensor<T> result = new(images, channels);
        Multilinear<T> pool = new(output, $"global average pool [{input.Shape}]", x => x[0].mean([2, 3]), input);

        GlobalAvgPool.Forward(input, result);
        pool.CheckForward(result, (height * width) + 1);

        DenseTensor<T> gradOutput = draw.Values<T>(images, channels);
        DenseTensor<T> gradInput = new(input.Shape);
        GlobalAvgPool.Backward(gradOutput, gradInput);

        // 1/(H·W) may be rounded before the product: 2 roundings.
        pool.CheckBackward(0, gradOutput, gradInput, 2, "input");
    }

    private static torch.Tensor MaxPool(torch.Tensor x, PoolAttributes a) =>
        torch.nn.functional.max_pool2d(x, [a.KernelHeight, a.KernelWidth], [a.StrideHeight, a.StrideWidth], [a.PaddingHeight, a.PaddingWidth]);

    private static int Overlap(int kernel, int stride) => (kernel + stride - 1) / stride;

    private static (Draw Draw, DenseTensor<T> Input, PoolAttributes Attributes) Case(int seed)
    {
        Draw draw = new(seed);
        int height = draw.Integer(1, 5);
        int width = draw.Integer(1, 5);
        PoolAttributes attributes = new(height, width, draw.Integer(1, 4), draw.Integer(1, 4), draw.Integer(0, height / 2), draw.Integer(0, width / 2));
        DenseTensor<T> input = draw.Values<T>(draw.Integer(1, 3), draw.Integer(1, 5), height + draw.Integer(0, 9), width + draw.Integer(0, 20));
        return (draw, input, attributes);
    }
}

using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatSoftmaxCrossTests(ITestOutputHelper output) : SoftmaxCrossTests<float>(output);

public sealed class DoubleSoftmaxCrossTests(ITestOutputHelper output) : SoftmaxCrossTests<double>(output);

/// <summary>Softmax and log-softmax and their gradients against libtorch, by the bounds of <see cref="SoftmaxBounds"/>.</summary>
public abstract class SoftmaxCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static TheoryData<int, int, double> Cases => new()
    {
        { 1, 1, 1 }, { 3, 2, 1 }, { 5, 10, 4 }, { 4, 10, 40 }, { 7, 100, 8 }, { 2, 1000, 3 }, { 3, 17, 600 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Softmax_and_its_gradient_are_libtorchs_within_their_bounds(int images, int classes, double scale)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + classes);
        Gauge<T> gauge = new(output, $"softmax [{images}, {classes}] to ±{scale}");
        DenseTensor<T> input = draw.Uniform<T>(-scale, scale, images, classes);
        DenseTensor<T> result = new(images, classes);
        Softmax.Forward(input, result);
        SoftmaxBounds b = new(input.ToTorch(torch.ScalarType.Float64));
        gauge.Check("forward", result, type => input.ToTorch(type).softmax(1), b.Probabilities * b.RelativeError, 1);

        // s(dy − Σ s·dy): the error of s twice, and K + 2 roundings.
        DenseTensor<T> gradOutput = draw.Values<T>(images, classes);
        DenseTensor<T> gradInput = new(images, classes);
        Softmax.Backward(result, gradOutput, gradInput);
        torch.Tensor dy = gradOutput.ToTorch(torch.ScalarType.Float64).abs();
        torch.Tensor terms = b.Probabilities * (dy + (b.Probabilities * dy).sum(1, keepdim: true));
        torch.Tensor magnitude = terms * ((2 * b.RelativeError.amax([1], keepdim: true)) + classes + 2);
        gauge.Check("gradient", gradInput, type => Gradient(input, gradOutput, type, x => x.softmax(1)), magnitude, 1);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_softmax_and_its_gradient_are_libtorchs_within_their_bounds(int images, int classes, double scale)
    {
        using DisposeScope scope = Bridge.Scope();
        Draw draw = new(images + classes);
        Gauge<T> gauge = new(output, $"log-softmax [{images}, {classes}] to ±{scale}");
        DenseTensor<T> input = draw.Uniform<T>(-scale, scale, images, classes);
        DenseTensor<T> result = new(images, classes);
        LogSoftmax.Forward(input, result);
        SoftmaxBounds b = new(input.ToTorch(torch.ScalarType.Float64));
        gauge.Check("forward", result, type => input.ToTorch(type).log_softmax(1), b.LogError, 1);

        // dy − exp(log s)·Σ dy: the error of log s becomes a relative one of s, exp adds 2, the sum K.
        DenseTensor<T> gradOutput = draw.Values<T>(images, classes);
        DenseTensor<T> gradInput = new(images, classes);
        LogSoftmax.Backward(result, gradOutput, gradInput);
        torch.Tensor dy = gradOutput.ToTorch(torch.ScalarType.Float64).abs();
        torch.Tensor magnitude = dy + (b.Probabilities * dy.sum(1, keepdim: true) * (b.LogError + 2 + classes + 2));
        gauge.Check("gradient", gradInput, type => Gradient(input, gradOutput, type, x => x.log_softmax(1)), magnitude, 1.01);
    }

    private static torch.Tensor Gradient(DenseTensor<T> input, DenseTensor<T> gradOutput, torch.ScalarType type, Func<torch.Tensor, torch.Tensor> function)
    {
        torch.Tensor x = input.ToTorch(type).requires_grad_(true);
        return torch.autograd.grad([function(x)], [x], [gradOutput.ToTorch(type)])[0];
    }
}

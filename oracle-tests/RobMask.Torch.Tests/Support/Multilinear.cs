using System.Numerics;
using RobMask.Tensors;
using TorchSharp;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Support;

/// <summary>
/// Checks an operation that is linear in each operand with coefficients ≥ 0, and its gradients by libtorch's autograd: the
/// magnitude is then the operation itself, or its gradient, on absolute values.
/// </summary>
internal sealed class Multilinear<T>(ITestOutputHelper output, string operation, Func<torch.Tensor[], torch.Tensor> function, params DenseTensor<T>[] operands)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Gauge<T> _gauge = new(output, operation);

    /// <summary>Compares the output.</summary>
    public void CheckForward(DenseTensor<T> ours, double roundings)
    {
        torch.Tensor magnitude = function([.. operands.Select(operand => operand.ToTorch(torch.ScalarType.Float64).abs())]);
        _gauge.Check("forward", ours, type => function([.. operands.Select(operand => operand.ToTorch(type))]), magnitude, roundings);
    }

    /// <summary>Compares the gradient of operand <paramref name="index"/>.</summary>
    public void CheckBackward(int index, DenseTensor<T> gradOutput, DenseTensor<T> ours, double roundings, string name)
    {
        torch.Tensor magnitude = Gradient(index, gradOutput, tensor => tensor.ToTorch(torch.ScalarType.Float64).abs());
        _gauge.Check("gradient of " + name, ours, type => Gradient(index, gradOutput, tensor => tensor.ToTorch(type)), magnitude, roundings);
    }

    private torch.Tensor Gradient(int index, DenseTensor<T> gradOutput, Func<DenseTensor<T>, torch.Tensor> convert)
    {
        torch.Tensor[] inputs = [.. operands.Select(convert)];
        inputs[index].requires_grad_(true);
        return torch.autograd.grad([function(inputs)], [inputs[index]], [convert(gradOutput)])[0];
    }
}

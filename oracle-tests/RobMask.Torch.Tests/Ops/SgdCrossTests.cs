using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Torch.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Ops;

public sealed class FloatSgdCrossTests(ITestOutputHelper output) : SgdCrossTests<float>(output);

public sealed class DoubleSgdCrossTests(ITestOutputHelper output) : SgdCrossTests<double>(output);

/// <summary>Several steps of gradient descent against torch.optim.SGD.</summary>
/// <remarks>
/// The magnitude is the same recursion on absolute values, with 1 − dampening as it stands and the learning rate positive;
/// the longest path through one step has 8 roundings (decay: 2, buffer: 3, Nesterov: 2, step: 2, less one shared).
/// </remarks>
public abstract class SgdCrossTests<T>(ITestOutputHelper output)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Steps = 5;
    private const int RoundingsPerStep = 8;

    public static TheoryData<float, float, float, bool> Rates => new()
    {
        { 0f, 0f, 0f, false }, { 0f, 0f, 5e-4f, false }, { 0.9f, 0f, 0f, false }, { 0.9f, 0f, 5e-4f, false },
        { 0.9f, 0.3f, 1e-2f, false }, { 0.9f, 0f, 5e-4f, true }, { 0.5f, 1f, 0f, false },
    };

    [Theory]
    [MemberData(nameof(Rates))]
    public void Steps_of_gradient_descent_are_libtorchs_within_their_roundings(float momentum, float dampening, float weightDecay, bool nesterov)
    {
        using DisposeScope scope = Bridge.Scope();
        SgdOptions options = new(0.1f, momentum, dampening, weightDecay, nesterov);
        const int Length = 67;
        Draw draw = new(17);
        DenseTensor<T> start = draw.Values<T>(Length);
        DenseTensor<T>[] gradients = [.. Enumerable.Range(0, Steps).Select(_ => draw.Values<T>(Length))];

        DenseTensor<T> parameter = DenseTensor<T>.From(start.Span, Length);
        DenseTensor<T>? buffer = momentum == 0 ? null : new(Length);
        for (int step = 0; step < Steps; step++)
        {
            Sgd.Step(parameter, gradients[step], buffer, step == 0, options);
        }

        torch.Tensor OnLibtorch(torch.ScalarType type)
        {
            Parameter p = new(start.ToTorch(type));
            using torch.optim.Optimizer optimizer = torch.optim.SGD([p], options.LearningRate, momentum, dampening, weightDecay, nesterov);
            foreach (DenseTensor<T> gradient in gradients)
            {
                // A loss that is linear in p with the wanted gradient.
                optimizer.zero_grad();
                (p * gradient.ToTorch(type)).sum().backward();
                optimizer.step();
            }

            return p.detach();
        }

        new Gauge<T>(output, $"sgd [{options}]").Check("parameter", parameter, OnLibtorch, Magnitude(start, gradients, options), Steps * RoundingsPerStep);
    }

    private static torch.Tensor Magnitude(DenseTensor<T> start, DenseTensor<T>[] gradients, SgdOptions o)
    {
        torch.Tensor p = start.ToTorch(torch.ScalarType.Float64).abs();
        torch.Tensor buffer = torch.zeros_like(p);
        for (int step = 0; step < gradients.Length; step++)
        {
            torch.Tensor d = gradients[step].ToTorch(torch.ScalarType.Float64).abs() + (o.WeightDecay * p);
            buffer = step == 0 ? d : (buffer * o.Momentum) + ((1 - o.Dampening) * d);
            torch.Tensor move = o.Momentum == 0 ? d : o.Nesterov ? d + (o.Momentum * buffer) : buffer;
            p += o.LearningRate * move;
        }

        return p;
    }
}

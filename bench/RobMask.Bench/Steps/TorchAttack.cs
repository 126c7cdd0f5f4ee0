using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Bench.Steps;

/// <summary>PGD in L∞ as a PyTorch user writes it: the gradient of the images alone, by autograd.grad.</summary>
internal static class TorchAttack
{
    private const double StepsTimesStepSize = 2.5;

    /// <summary>Attacks a batch.</summary>
    /// <param name="clean">[N, C, H, W].</param>
    /// <param name="labels">[N].</param>
    /// <param name="epsilon">[N, 1, 1, 1].</param>
    /// <param name="noise">Uniform in [0, 1), like <paramref name="clean"/>.</param>
    /// <param name="steps">Gradient steps.</param>
    /// <param name="network">The logits of a point.</param>
    public static Tensor Run(Tensor clean, Tensor labels, Tensor epsilon, Tensor noise, int steps, Func<Tensor, Tensor> network)
    {
        using DisposeScope scope = NewDisposeScope();
        // TorchSharp does not keep a Scalar alive during its own call; «using» does.
        using Scalar zero = 0;
        using Scalar one = 1;
        using Scalar two = 2;
        using Scalar relative = StepsTimesStepSize / steps;
        Tensor low = clean - epsilon;
        Tensor high = clean + epsilon;
        Tensor length = epsilon * relative;
        Tensor point = (clean + (epsilon * ((noise * two) - one))).clamp_(zero, one);
        for (int s = 0; s < steps; s++)
        {
            Tensor next = Step(point, labels, length, low, high, network);
            point.Dispose();
            point = next;
        }

        return point.MoveToOuterDisposeScope();
    }

    private static Tensor Step(Tensor point, Tensor labels, Tensor length, Tensor low, Tensor high, Func<Tensor, Tensor> network)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor leaf = point.detach().requires_grad_(true);
        Tensor loss = functional.cross_entropy(network(leaf), labels, reduction: Reduction.Sum);
        Tensor gradient = autograd.grad([loss], [leaf])[0];
        using IDisposable noGraph = no_grad();
        using Scalar zero = 0;
        using Scalar one = 1;
        Tensor moved = gradient.sign_().mul_(length).add_(point);
        return minimum(maximum(moved, low), high).clamp_(zero, one).MoveToOuterDisposeScope();
    }
}

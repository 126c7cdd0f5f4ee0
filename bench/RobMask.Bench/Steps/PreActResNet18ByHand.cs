using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RobMask.Bench.Steps;

/// <summary>PreAct-ResNet-18 as somebody who uses TorchSharp writes it: no graph, the calls themselves, what is not needed any more freed at a block's end.</summary>
/// <param name="state">Parameters and running statistics by name; masks are [k, C] where there are several.</param>
internal sealed class PreActResNet18ByHand(IReadOnlyDictionary<string, Tensor> state)
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;

    /// <summary>The logits.</summary>
    /// <param name="images">[N, 3, 32, 32].</param>
    /// <param name="training">Normalise by the batch, which enters the running statistics; else by these.</param>
    /// <param name="coefficients">Of each image [N, k]; null for one mask.</param>
    public Tensor Forward(Tensor images, bool training, Tensor? coefficients)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = functional.conv2d(images, state["conv1.weight"], padding: [1, 1]);
        for (int stage = 1; stage <= 4; stage++)
        {
            for (int block = 0; block < 2; block++)
            {
                Tensor next = Block(x, $"layer{stage}.{block}", block == 0 && stage > 1 ? 2 : 1, training, coefficients);
                x.Dispose();
                x = next;
            }
        }

        Tensor pooled = Activate(x, "bn", training, coefficients).mean([2, 3]);
        return functional.linear(pooled, state["linear.weight"], state["linear.bias"]).MoveToOuterDisposeScope();
    }

    private Tensor Block(Tensor x, string name, long stride, bool training, Tensor? coefficients)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activated = Activate(x, name + ".bn1", training, coefficients);
        Tensor shortcut = stride == 1 ? x : functional.conv2d(activated, state[name + ".shortcut.0.weight"], strides: [stride, stride]);
        Tensor inner = functional.conv2d(activated, state[name + ".conv1.weight"], strides: [stride, stride], padding: [1, 1]);
        inner = functional.conv2d(Activate(inner, name + ".bn2", training, coefficients), state[name + ".conv2.weight"], padding: [1, 1]);

        // TorchSharp does not keep a Scalar alive during its own call; «using» does.
        using Scalar one = 1;
        return inner.add(shortcut, one).MoveToOuterDisposeScope();
    }

    private Tensor Activate(Tensor x, string name, bool training, Tensor? coefficients)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor gamma, Tensor beta) = (state[name + ".weight"], state[name + ".bias"]);
        (Tensor mean, Tensor variance) = (state[name + ".running_mean"], state[name + ".running_var"]);
        if (coefficients is null)
        {
            return functional.relu(functional.batch_norm(x, mean, variance, gamma, beta, training, Momentum, Epsilon)).MoveToOuterDisposeScope();
        }

        Tensor normalised = functional.batch_norm(x, mean, variance, null, null, training, Momentum, Epsilon);
        using Scalar one = 1;
        Tensor rescaled = coefficients.matmul(beta).unsqueeze(2).unsqueeze(3).addcmul(coefficients.matmul(gamma).unsqueeze(2).unsqueeze(3), normalised, one);
        return functional.relu(rescaled).MoveToOuterDisposeScope();
    }
}

using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>A parameter's gradient where autograd keeps it: it is taken over, not copied.</summary>
/// <param name="leaf">The parameter.</param>
internal sealed class TorchGradient(Tensor leaf) : TorchTensor(leaf)
{
    private Tensor? _gradient;

    /// <summary>Zeros where no backward pass reached the parameter.</summary>
    public override Tensor Value
    {
        get
        {
            if (_gradient is null)
            {
                using IDisposable noGraph = no_grad();
                Held.grad ??= zeros_like(Held, requires_grad: false);
                _gradient = Held.grad!.DetachFromDisposeScope();
            }

            return _gradient;
        }
    }

    /// <summary>Adds a contribution, or sets the first.</summary>
    public void Add(Tensor contribution)
    {
        if (Held.grad is null)
        {
            Held.grad = contribution.detach().clone();
        }
        else
        {
            Value.AddInPlace(contribution, 1);
        }
    }

    /// <summary>Drops the gradient: the next contribution sets it.</summary>
    public void Forget()
    {
        _gradient?.Dispose();
        _gradient = null;
        Held.grad = null;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _gradient?.Dispose();
        base.Dispose();
    }
}

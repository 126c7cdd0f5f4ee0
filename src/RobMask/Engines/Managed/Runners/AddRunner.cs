using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Residual"/>.</summary>
internal sealed class AddRunner<T>(AddNode node, int index, ManagedTape<T> tape) : NodeRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _right = node.Right;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.DestinationOver(InputIndex, Index);
        Residual.Forward(Input, Tape.Output(_right), output);
        return output;
    }

    public override void Backward(OutputGradient<T> gradient)
    {
        // Both summands get the same gradient: one buffer with two holders.
        if (Tape.Wants(_right))
        {
            Tape.Share(_right, gradient);
        }

        if (Tape.Wants(InputIndex))
        {
            Tape.Contribute(InputIndex, gradient);
        }
        else
        {
            Tape.Release(gradient);
        }
    }
}

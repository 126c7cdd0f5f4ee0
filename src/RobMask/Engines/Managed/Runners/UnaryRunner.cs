using System.Numerics;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>A node without parameters that reads one other node.</summary>
internal abstract class UnaryRunner<T>(Node node, int index, ManagedTape<T> tape) : NodeRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Backward(OutputGradient<T> gradient)
    {
        if (Tape.Wants(InputIndex))
        {
            OutputGradient<T> inputGradient = Tape.RentFor(InputIndex);
            BackwardInput(gradient.Tensor, inputGradient.Tensor);
            Tape.Contribute(InputIndex, inputGradient);
        }

        Tape.Release(gradient);
    }

    /// <summary>Computes the input's gradient from the output's.</summary>
    protected abstract void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput);
}

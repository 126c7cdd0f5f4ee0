using System.Numerics;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>A node whose input's gradient has the output's shape and may overwrite the output's gradient.</summary>
internal abstract class InPlaceRunner<T>(Node node, int index, ManagedTape<T> tape) : NodeRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Backward(OutputGradient<T> gradient)
    {
        BackwardParameters(gradient.Tensor);
        if (!Tape.Wants(InputIndex))
        {
            Tape.Release(gradient);
            return;
        }

        OutputGradient<T> inputGradient = Tape.Writable(gradient);
        BackwardInput(gradient.Tensor, inputGradient.Tensor);
        if (!ReferenceEquals(inputGradient, gradient))
        {
            Tape.Release(gradient);
        }

        Tape.Contribute(InputIndex, inputGradient);
    }

    /// <summary>Carries the output's gradient to parameters and coefficients, where there are any.</summary>
    protected virtual void BackwardParameters(DenseTensor<T> gradOutput)
    {
    }

    /// <summary>Computes the input's gradient from the output's; both may be one buffer.</summary>
    protected abstract void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput);
}

using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Conv2d"/>; with an <see cref="AddNode"/> behind it, also the sum, in the place of that node.</summary>
/// <param name="node">The convolution.</param>
/// <param name="summand">The index of the node that is added, or −1.</param>
/// <param name="index">The place.</param>
/// <param name="tape">The tape.</param>
internal sealed class ConvolutionRunner<T>(ConvolutionNode node, int summand, int index, ManagedTape<T> tape) : NodeRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConvAttributes _attributes = node.Attributes;
    private readonly ManagedParameter<T> _weight = tape.Model.Parameter(node.Name + ".weight");
    private readonly ManagedParameter<T>? _bias = node.Bias ? tape.Model.Parameter(node.Name + ".bias") : null;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        Tape.Model.Kernels.Convolve(Input, _weight.Value, _bias?.Value, _attributes, output, summand < 0 ? null : Tape.Output(summand));
        return output;
    }

    public override void Backward(OutputGradient<T> gradient)
    {
        if (summand >= 0 && Tape.Wants(summand))
        {
            Tape.Share(summand, gradient);
        }

        if (Tape.Targets.HasFlag(BackwardTargets.Parameters))
        {
            Tape.Model.Kernels.ConvolveBackwardWeight(Input, gradient.Tensor, _attributes, _weight.BeginContribution());
            _weight.EndContribution();
            if (_bias is not null)
            {
                Tape.Model.Kernels.ConvolveBackwardBias(gradient.Tensor, _bias.BeginContribution());
                _bias.EndContribution();
            }
        }

        if (Tape.Wants(InputIndex))
        {
            (OutputGradient<T> destination, DenseTensor<T>? addend) = Tape.BeginContribution(InputIndex, null);
            Tape.Model.Kernels.ConvolveBackwardInput(gradient.Tensor, _weight.Value, _attributes, destination.Tensor, addend);
            Tape.EndContribution(InputIndex, destination, null);
        }

        Tape.Release(gradient);
    }
}

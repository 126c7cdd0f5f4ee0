using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Conv2d"/>.</summary>
internal sealed class ConvolutionRunner<T>(ConvolutionNode node, int index, ManagedTape<T> tape) : UnaryRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConvAttributes _attributes = node.Attributes;
    private readonly ManagedParameter<T> _weight = tape.Model.Parameter(node.Name + ".weight");
    private readonly ManagedParameter<T>? _bias = node.Bias ? tape.Model.Parameter(node.Name + ".bias") : null;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        Conv2d.Forward(Input, _weight.Value, _bias?.Value, _attributes, output);
        return output;
    }

    public override void Backward(OutputGradient<T> gradient)
    {
        if (Tape.Targets.HasFlag(BackwardTargets.Parameters))
        {
            Conv2d.BackwardWeight(Input, gradient.Tensor, _attributes, _weight.BeginContribution());
            _weight.EndContribution();
            if (_bias is not null)
            {
                Conv2d.BackwardBias(gradient.Tensor, _bias.BeginContribution());
                _bias.EndContribution();
            }
        }

        base.Backward(gradient);
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Conv2d.BackwardInput(gradOutput, _weight.Value, _attributes, gradInput);
}

using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Linear"/>.</summary>
internal sealed class LinearRunner<T>(LinearNode node, int index, ManagedTape<T> tape) : UnaryRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ManagedParameter<T> _weight = tape.Model.Parameter(node.Name + ".weight");
    private readonly ManagedParameter<T>? _bias = node.Bias ? tape.Model.Parameter(node.Name + ".bias") : null;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        Tape.Model.Kernels.Multiply(Input, _weight.Value, _bias?.Value, output);
        return output;
    }

    public override void Backward(OutputGradient<T> gradient)
    {
        if (Tape.Targets.HasFlag(BackwardTargets.Parameters))
        {
            Tape.Model.Kernels.MultiplyBackwardWeight(Input, gradient.Tensor, _weight.BeginContribution());
            _weight.EndContribution();
            if (_bias is not null)
            {
                Tape.Model.Kernels.MultiplyBackwardBias(gradient.Tensor, _bias.BeginContribution());
                _bias.EndContribution();
            }
        }

        base.Backward(gradient);
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Tape.Model.Kernels.MultiplyBackwardInput(gradOutput, _weight.Value, gradInput);
}

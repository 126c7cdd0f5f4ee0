using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Strength"/>.</summary>
internal sealed class StrengthRunner<T>(StrengthNode node, int index, ManagedTape<T> tape) : UnaryRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly float _epsilonMax = node.EpsilonMax;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        Strength.Forward(Input, _epsilonMax, output);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Strength.Backward(Input, _epsilonMax, gradOutput, gradInput);
}

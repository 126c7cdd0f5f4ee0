using System.Numerics;
using System.Numerics.Tensors;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Multiplies by a constant.</summary>
internal sealed class ScaleRunner<T>(ScaleNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _factor = T.CreateTruncating(node.Factor);

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.DestinationOver(InputIndex, Index);
        TensorPrimitives.Multiply(Input.Span, _factor, output.Span);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        TensorPrimitives.Multiply(gradOutput.Span, _factor, gradInput.Span);
}

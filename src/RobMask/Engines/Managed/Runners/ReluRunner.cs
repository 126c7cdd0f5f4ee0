using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Relu"/>.</summary>
internal sealed class ReluRunner<T>(Node node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.DestinationOver(InputIndex, Index);
        Tape.Model.Kernels.Rectify(Input, output);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Relu.Backward(Tape.Output(Index), gradOutput, gradInput);
}

using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="Softmax"/> over runs of neighbours.</summary>
internal sealed class SoftmaxRunner<T>(SoftmaxNode node, int index, ManagedTape<T> tape) : InPlaceRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _width = node.Width;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        Softmax.Forward(Rows(Input), Rows(output));
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        Softmax.Backward(Rows(Tape.Output(Index)), Rows(gradOutput), Rows(gradInput));

    private DenseTensor<T> Rows(DenseTensor<T> tensor) => tensor.View(new TensorShape(tensor.Length / _width, _width));
}

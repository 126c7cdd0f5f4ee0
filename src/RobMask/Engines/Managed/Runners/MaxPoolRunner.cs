using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>Runs <see cref="MaxPool2d"/>.</summary>
internal sealed class MaxPoolRunner<T>(MaxPoolNode node, int index, ManagedTape<T> tape) : UnaryRunner<T>(node, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PoolAttributes _attributes = node.Attributes;
    private DenseTensor<int>? _buffer;
    private DenseTensor<int>? _indices;

    public override DenseTensor<T> Forward()
    {
        DenseTensor<T> output = Tape.Destination(Index);
        if (_indices is null || !_indices.Shape.Equals(output.Shape))
        {
            _buffer ??= new DenseTensor<int>(output.Shape.WithImages(Tape.Capacity));
            _indices = _buffer.View(output.Shape);
        }

        MaxPool2d.Forward(Input, _attributes, output, _indices);
        return output;
    }

    protected override void BackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> gradInput) =>
        MaxPool2d.Backward(gradOutput, _indices!, gradInput);
}

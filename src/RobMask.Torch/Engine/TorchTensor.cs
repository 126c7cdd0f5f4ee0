using RobMask.Tensors;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>A tensor of libtorch's under the project's interface; it outlives every dispose scope.</summary>
/// <remarks>A scalar of torch (no dimensions) and the project's [] are one; labels are 64-bit integers there.</remarks>
internal sealed class TorchTensor : ITensor
{
    public TorchTensor(Tensor value)
        : this(value, new TensorShape([.. value.shape.Select(extent => checked((int)extent))]))
    {
    }

    private TorchTensor(Tensor value, TensorShape shape)
    {
        Value = value.DetachFromDisposeScope();
        Shape = shape;
    }

    public TensorShape Shape { get; }

    /// <summary>The tensor itself.</summary>
    public Tensor Value { get; }

    public static long[] Extents(TensorShape shape) => [.. shape.Extents.ToArray().Select(extent => (long)extent)];

    public void Dispose() => Value.Dispose();
}

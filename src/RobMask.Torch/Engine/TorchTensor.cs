using RobMask.Tensors;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>A tensor of libtorch's under the project's interface; it outlives every dispose scope.</summary>
/// <remarks>A scalar of torch (no dimensions) and the project's [] are one; labels are 64-bit integers there.</remarks>
internal class TorchTensor(Tensor value) : ITensor
{

    public TensorShape Shape { get; } = new([.. value.shape.Select(extent => checked((int)extent))]);

    /// <summary>The tensor itself.</summary>
    public virtual Tensor Value => Held;

    /// <summary>What this was made with.</summary>
    protected Tensor Held { get; } = value.DetachFromDisposeScope();

    public static long[] Extents(TensorShape shape) => [.. shape.Extents.ToArray().Select(extent => (long)extent)];

    public virtual void Dispose() => Held.Dispose();
}

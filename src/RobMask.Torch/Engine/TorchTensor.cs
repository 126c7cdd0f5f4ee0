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

    /// <summary>Whether another tensor of the same shape may take its place: nobody else holds it.</summary>
    public bool MayMove { get; init; }

    /// <summary>What this holds.</summary>
    protected Tensor Held { get; private set; } = value.DetachFromDisposeScope();

    public static long[] Extents(TensorShape shape) => [.. shape.Extents.ToArray().Select(extent => (long)extent)];

    /// <summary>Takes a result over in the place of what stands here.</summary>
    /// <param name="result">Of the same number of elements; nothing else holds it.</param>
    /// <param name="given">The result, whether or not it was taken over.</param>
    public bool TryReplace(Tensor result, out Tensor given)
    {
        given = result;
        if (!MayMove || result.dtype != Held.dtype || !result.shape.SequenceEqual(Held.shape) || !result.is_contiguous())
        {
            return false;
        }

        Held.Dispose();
        Held = result.DetachFromDisposeScope();
        return true;
    }

    public virtual void Dispose() => Held.Dispose();
}

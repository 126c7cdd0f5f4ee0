using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>A pooled buffer that holds the gradient of a node's output; it may have several holders, who then only read it.</summary>
internal sealed class OutputGradient<T>(DenseTensor<T> buffer)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public DenseTensor<T> Buffer { get; } = buffer;

    public DenseTensor<T> Tensor { get; set; } = buffer;

    public int Holders { get; set; }
}

namespace RobMask.Tensors;

/// <summary>A tensor that some engine owns: in managed memory (<see cref="DenseTensor{T}"/>) or on a device.</summary>
public interface ITensor : IDisposable
{
    /// <summary>The extents.</summary>
    TensorShape Shape { get; }
}

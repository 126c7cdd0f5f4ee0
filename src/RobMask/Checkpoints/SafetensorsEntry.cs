using RobMask.Tensors;

namespace RobMask.Checkpoints;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its extents; a scalar has none.</param>
/// <param name="Offset">Where its first byte lies in the file.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, TensorShape Shape, long Offset)
{
    /// <summary>The number of its bytes.</summary>
    public long ByteLength => (long)Shape.Length * Type.Size();
}

using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>A file of named tensors, opened for reading: safetensors, npz or npy (see <see cref="TensorFile"/>).</summary>
/// <remarks>
/// Opening checks every header and reads no data. <see cref="Load"/> gives a <see cref="DenseTensor{T}"/> of float, double, int,
/// long, byte or bool; F16 and BF16 are widened to float, which keeps every value.
/// </remarks>
public interface ITensorFile : IDisposable
{
    /// <summary>The path that was opened.</summary>
    string Path { get; }

    /// <summary>The tensors, in the order of their bytes.</summary>
    IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="InvalidDataException">There is no tensor of that name, or its bytes are damaged.</exception>
    ITensor Load(string name);
}

/// <summary>What a file says about one tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements in the file.</param>
/// <param name="Shape">Its extents; a scalar has none.</param>
public sealed record TensorEntry(string Name, SafetensorsType Type, TensorShape Shape);

/// <summary>A tensor with its name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Tensor">A <see cref="DenseTensor{T}"/> of float, double, int, long, byte or bool.</param>
public sealed record NamedTensor(string Name, ITensor Tensor)
{
    /// <summary>The element type in the file that it was read from, which may be narrower than that in memory; null where it comes from no file.</summary>
    public SafetensorsType? Stored { get; init; }
}

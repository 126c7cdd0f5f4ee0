using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>Writes npy files.</summary>
internal static class NpyWriter
{
    /// <summary>Writes the one tensor as a file.</summary>
    /// <exception cref="ArgumentException">There is not exactly one tensor.</exception>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors)
    {
        if (tensors.Count != 1)
        {
            throw new ArgumentException($"{path}: an npy file holds one tensor, not {tensors.Count} ({string.Join(", ", tensors.Select(t => t.Name))}); use .npz or .safetensors", nameof(tensors));
        }

        AtomicFile.Write(path, stream => Write(tensors[0].Tensor, stream));
    }

    /// <summary>Writes header and data.</summary>
    public static void Write(ITensor tensor, Stream stream)
    {
        stream.Write(NpyHeader.Format(TensorFile.TypeOf(tensor), tensor.Shape));
        TensorBytes.Write(tensor, stream);
    }
}

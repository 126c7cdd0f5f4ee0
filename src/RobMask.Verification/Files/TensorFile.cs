using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>Opens and writes files of tensors; the extension names the format: .safetensors, .npz or .npy.</summary>
/// <remarks>An npy file holds one tensor and no name; it goes by the file's name without its extension.</remarks>
public static class TensorFile
{
    private const string Extensions = ".safetensors, .npz or .npy";

    /// <summary>Opens a file and checks its headers.</summary>
    /// <exception cref="ArgumentException">The extension names no format.</exception>
    /// <exception cref="InvalidDataException">The file is not well-formed.</exception>
    public static ITensorFile Open(string path) => Extension(path) switch
    {
        ".safetensors" => new SafetensorsTensors(path),
        ".npz" => new NpzFile(path),
        ".npy" => new NpyFile(path),
        _ => throw OtherExtension(path),
    };

    /// <summary>Reads every tensor of a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static IReadOnlyList<NamedTensor> ReadAll(string path)
    {
        using ITensorFile file = Open(path);
        return [.. file.Entries.Select(entry => new NamedTensor(entry.Name, file.Load(entry.Name)) { Stored = entry.Type })];
    }

    /// <summary>Writes a file, complete or not at all; the same tensors give the same bytes.</summary>
    /// <param name="path">Where; an older file is replaced.</param>
    /// <param name="tensors">What, in this order.</param>
    /// <param name="metadata">Strings for the header; safetensors keeps them, the other formats have no place for them.</param>
    /// <exception cref="ArgumentException">The extension names no format, a name occurs twice, or the format cannot hold the tensors.</exception>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>>? metadata = null)
    {
        RequireExtension(path);
        switch (Extension(path))
        {
            case ".safetensors": SafetensorsTensors.Write(path, tensors, metadata ?? []); break;
            case ".npz": NpzWriter.Write(path, tensors); break;
            default: NpyWriter.Write(path, tensors); break;
        }
    }

    /// <summary>Checks that a path names a format, before any work is done for it.</summary>
    /// <exception cref="ArgumentException">The extension names no format.</exception>
    public static void RequireExtension(string path)
    {
        if (Extension(path) is not (".safetensors" or ".npz" or ".npy"))
        {
            throw OtherExtension(path);
        }
    }

    /// <summary>The element type that a file of this project has for a tensor.</summary>
    /// <exception cref="ArgumentException">The tensor is not one of managed memory, or of another element type.</exception>
    public static SafetensorsType TypeOf(ITensor tensor) => tensor switch
    {
        DenseTensor<float> => SafetensorsType.F32,
        DenseTensor<double> => SafetensorsType.F64,
        DenseTensor<int> => SafetensorsType.I32,
        DenseTensor<long> => SafetensorsType.I64,
        DenseTensor<byte> => SafetensorsType.U8,
        DenseTensor<bool> => SafetensorsType.BOOL,
        _ => throw new ArgumentException($"tensor file: a {tensor?.GetType().Name} is not a tensor of float, double, int, long, byte or bool in managed memory", nameof(tensor)),
    };

    private static string Extension(string path) => Path.GetExtension(path).ToLowerInvariant();

    private static ArgumentException OtherExtension(string path) => new($"{path}: the extension must be {Extensions}", nameof(path));
}

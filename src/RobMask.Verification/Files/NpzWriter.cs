using System.IO.Compression;
using RobMask.Checkpoints;

namespace RobMask.Verification.Files;

/// <summary>Writes npz files: stored, not deflated, with a fixed date, so that the same tensors give the same bytes.</summary>
internal static class NpzWriter
{
    private static readonly DateTimeOffset FirstDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the file.</summary>
    /// <exception cref="ArgumentException">A name occurs twice or is no relative path.</exception>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (NamedTensor tensor in tensors)
        {
            TensorFile.TypeOf(tensor.Tensor);
            if (!names.Add(tensor.Name) || tensor.Name.AsSpan().ContainsAny('\\', ':') || tensor.Name.Any(char.IsControl) || tensor.Name.Split('/').Any(part => part is "" or "." or ".."))
            {
                throw new ArgumentException($"{path}: the tensor name «{tensor.Name}» is taken or is not a relative path", nameof(tensors));
            }
        }

        AtomicFile.Write(path, stream =>
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (NamedTensor tensor in tensors)
            {
                ZipArchiveEntry entry = archive.CreateEntry(tensor.Name + ".npy", CompressionLevel.NoCompression);
                entry.LastWriteTime = FirstDate;
                using Stream member = entry.Open();
                NpyWriter.Write(tensor.Tensor, member);
            }
        });
    }
}

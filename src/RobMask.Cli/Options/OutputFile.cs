using RobMask.Checkpoints;

namespace RobMask.Cli.Options;

/// <summary>A file that a verb writes at its end, checked before any work is done for it.</summary>
internal static class OutputFile
{
    /// <summary>The formats of tensors.</summary>
    public static IReadOnlyList<string> Tensors { get; } = [".safetensors", ".npz", ".npy"];

    /// <summary>The one format that keeps metadata beside tensors.</summary>
    public static IReadOnlyList<string> Safetensors { get; } = [".safetensors"];

    /// <summary>Checks that the file can be written and overwrites nothing that is read.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <param name="extensions">Those that are allowed.</param>
    /// <param name="inputs">Files that the verb reads; null stands for none.</param>
    /// <exception cref="ArgumentException">The extension is another, or the file is one of the inputs.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Require(string option, string path, IReadOnlyList<string> extensions, params ReadOnlySpan<string?> inputs)
    {
        if (!extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"{option} {path}: the extension must be {string.Join(", ", extensions.SkipLast(1))}{(extensions.Count > 1 ? " or " : string.Empty)}{extensions[^1]}");
        }

        foreach (string? input in inputs)
        {
            if (input is not null && Path.GetFullPath(input) == Path.GetFullPath(path))
            {
                throw new ArgumentException($"{option} {path}: would overwrite a file that is read; name another");
            }
        }

        AtomicFile.RequireWritable(path);
    }
}

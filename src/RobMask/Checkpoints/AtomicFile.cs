namespace RobMask.Checkpoints;

/// <summary>Files that are either complete or not there.</summary>
/// <remarks>
/// The bytes go to a temporary file in the folder of the target, are flushed to the disk and then renamed over it. A
/// failure at any point (a full disk, a read-only folder, an exception of the writer) removes the temporary file and
/// leaves an older target as it was.
/// </remarks>
public static class AtomicFile
{
    /// <summary>Writes a file through <paramref name="write"/>; missing folders on the way are made.</summary>
    /// <exception cref="IOException">The disk is full, or the path is a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        if (Directory.Exists(target))
        {
            throw new IOException($"{path}: a file cannot be written where a folder stands");
        }

        string folder = Path.GetDirectoryName(target) ?? target;
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Checks that <see cref="Write"/> will find its folder, for whoever has long work to do before. Makes and changes nothing.</summary>
    /// <exception cref="IOException">The path is a folder, or its folder cannot be written to.</exception>
    public static void RequireWritable(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Path.GetFullPath(path);
        if (Directory.Exists(target))
        {
            throw new IOException($"{path}: a file cannot be written where a folder stands");
        }

        // Write makes missing folders, so the nearest one that is there decides.
        string folder = Path.GetDirectoryName(target) ?? target;
        while (!Directory.Exists(folder) && !File.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new IOException($"{path}: there is no folder on its way");
        }

        try
        {
            using FileStream trial = new(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: cannot be written ({error.Message})", error);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}

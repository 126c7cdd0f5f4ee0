namespace RobMask.Experiments.Runs;

/// <summary>Keeps a run folder to one process: a file in it that is held open and removed at the end.</summary>
/// <remarks>The system drops the hold with the process, so that a run that was killed leaves at most an empty file, which stops nobody.</remarks>
internal sealed class RunLock : IDisposable
{
    /// <summary>The file's name. It is no part of the run.</summary>
    public const string FileName = ".robmask.lock";

    private readonly FileStream _held;

    private RunLock(FileStream held) => _held = held;

    /// <summary>Takes the folder, which must be there.</summary>
    /// <exception cref="IOException">Another process has it, or it cannot be written to.</exception>
    public static RunLock Take(string folder)
    {
        string file = Path.Combine(folder, FileName);
        while (true)
        {
            FileStream held;
            try
            {
                held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (IOException error) when (InUse(error))
            {
                throw new IOException($"output folder {folder}: another robmask is working there; wait for its end, or name another folder by --out", error);
            }

            // Whoever opened the file just before its last holder removed it holds a file that nobody else can find.
            if (File.Exists(file))
            {
                return new RunLock(held);
            }

            held.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    // EWOULDBLOCK of Linux and of macOS, and the sharing violation of Windows.
    private static bool InUse(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}

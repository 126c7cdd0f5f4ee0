namespace RobMask.Experiments.Runs;

/// <summary>Writes files whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Writes a text file in UTF-8.</summary>
    public static void WriteText(string path, string text) => Write(path, temporary => File.WriteAllText(temporary, text));

    /// <summary>Writes a binary file.</summary>
    public static void WriteBytes(string path, byte[] bytes) => Write(path, temporary => File.WriteAllBytes(temporary, bytes));

    /// <summary>Lets <paramref name="write"/> make a temporary file beside <paramref name="path"/>, then renames it; a failure leaves the old file.</summary>
    public static void Write(string path, Action<string> write)
    {
        string temporary = path + ".tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            // Best effort: the first error is the one to report.
            try
            {
                File.Delete(temporary);
            }
            catch (IOException)
            {
            }
            catch (UnauthorizedAccessException)
            {
            }

            throw;
        }
    }
}

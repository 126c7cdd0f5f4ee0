using System.Globalization;

namespace RobMask.Data;

/// <summary>The one form in which a malformed file is reported: file, place, rule.</summary>
internal static class BadFile
{
    /// <summary>«file: byte 16: rule».</summary>
    public static InvalidDataException At(string file, long offset, string rule, Exception? cause = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}: byte {offset}: {rule}"), cause);

    /// <summary>«file: line 3: rule».</summary>
    public static InvalidDataException AtLine(string file, int line, string rule) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}: line {line}: {rule}"));

    /// <summary>Checks that a file is there and is no folder, for which the system would say only that access is denied.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public static void RequireFile(string file)
    {
        if (Directory.Exists(file))
        {
            throw new IOException($"{file}: is a folder, not a file");
        }

        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"{file}: there is no such file");
        }
    }

    /// <summary>«file: rule», where the whole file is meant.</summary>
    public static InvalidDataException Of(string file, string rule, Exception? cause = null) => new($"{file}: {rule}", cause);
}

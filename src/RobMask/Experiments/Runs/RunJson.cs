using System.Text.Encodings.Web;
using System.Text.Json;
using RobMask.Data;
using RobMask.Training;

namespace RobMask.Experiments.Runs;

/// <summary>How the files of a run folder are written as JSON.</summary>
public static class RunJson
{
    /// <summary>For files that a person reads: indented.</summary>
    public static JsonSerializerOptions File { get; } = Make(indented: true);

    /// <summary>For lines of a <c>.jsonl</c> file.</summary>
    public static JsonSerializerOptions Line { get; } = Make(indented: false);

    /// <summary>Reads a JSON file.</summary>
    /// <exception cref="InvalidDataException">It does not hold what is expected.</exception>
    /// <exception cref="IOException">It is not there, or is a folder.</exception>
    public static T Read<T>(string path)
    {
        BadFile.RequireFile(path);
        return SettingsJson.Read<T>(System.IO.File.ReadAllText(path), path);
    }

    // The settings' own form, with letters such as δ left readable and line ends that do not depend on the system.
    private static JsonSerializerOptions Make(bool indented)
    {
        JsonSerializerOptions options = new(indented ? SettingsJson.Indented : SettingsJson.Compact)
        {
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

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
    public static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(System.IO.File.ReadAllText(path), File)
                ?? throw new InvalidDataException($"{path}: holds null");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}", error);
        }
    }

    private static JsonSerializerOptions Make(bool indented)
    {
        JsonSerializerOptions options = new()
        {
            WriteIndented = indented,
            NewLine = "\n",
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

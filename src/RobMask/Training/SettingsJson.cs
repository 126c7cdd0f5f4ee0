using System.Text.Json;
using System.Text.Json.Serialization;

namespace RobMask.Training;

/// <summary>How settings and results are written as JSON: names in camelCase, choices as words such as <c>"crossEntropy"</c>.</summary>
public static class SettingsJson
{
    /// <summary>On several lines, for files that people read.</summary>
    public static JsonSerializerOptions Indented { get; } = Make(indented: true);

    /// <summary>On one line, for checkpoints and lists of records.</summary>
    public static JsonSerializerOptions Compact { get; } = Make(indented: false);

    /// <summary>Writes a value on one line.</summary>
    public static string Write<TValue>(TValue value) => JsonSerializer.Serialize(value, Compact);

    /// <summary>Reads a value.</summary>
    /// <exception cref="InvalidDataException">The text is not such a value; the message names <paramref name="source"/>.</exception>
    public static TValue Read<TValue>(string text, string source)
    {
        try
        {
            return JsonSerializer.Deserialize<TValue>(text, Compact) ?? throw new InvalidDataException($"{source}: null instead of {typeof(TValue).Name}");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{source}: not a {typeof(TValue).Name} at line {error.LineNumber}, byte {error.BytePositionInLine}: {error.Message}", error);
        }
    }

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}

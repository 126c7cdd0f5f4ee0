using System.Text.Json;
using System.Text.Json.Nodes;
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

    /// <summary>Reads a value strictly: nothing unknown, nothing twice, nothing missing, and null only where it has a meaning.</summary>
    /// <exception cref="InvalidDataException">The text is not such a value; the message names <paramref name="source"/> and the place in it.</exception>
    public static TValue Read<TValue>(string text, string source)
    {
        try
        {
            RequireNoNullElement(JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }), source);
            return JsonSerializer.Deserialize<TValue>(text, Compact) ?? throw new InvalidDataException($"{source}: null instead of an object");
        }
        catch (JsonException error)
        {
            string line = text.TrimEnd('\n').Contains('\n', StringComparison.Ordinal) ? $"line {error.LineNumber + 1}, " : string.Empty;
            string path = error.Path is null or "$" ? string.Empty : ", " + error.Path;
            throw new InvalidDataException($"{source}: {line}byte {error.BytePositionInLine + 1}{path}: {Reason(error)}", error);
        }
    }

    // The serialiser checks properties against null, but not the elements of lists. No list of this project has a null.
    private static void RequireNoNullElement(JsonNode? node, string source)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonArray array => array,
            JsonObject members => members.Select(member => member.Value),
            _ => [],
        };
        int place = 0;
        foreach (JsonNode? child in children)
        {
            if (child is null && node is JsonArray)
            {
                throw new InvalidDataException($"{source}: {node.GetPath()}[{place}]: null is not allowed in a list");
            }

            RequireNoNullElement(child, source);
            place++;
        }
    }

    // .NET repeats the place behind its reason and names types where a user knows only the file.
    private static string Reason(JsonException error)
    {
        string reason = error.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0];
        if (reason.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return $"«{reason.Split('\'').ElementAtOrDefault(1)}» is nothing that this version of robmask knows here";
        }

        return reason.Contains("doesn't allow setting null", StringComparison.Ordinal) || reason.Contains("doesn't allow null", StringComparison.Ordinal)
            ? "null is not allowed here"
            : reason;
    }

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}

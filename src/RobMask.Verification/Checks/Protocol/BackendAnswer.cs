using System.Text.Json;
using System.Text.Json.Nodes;

namespace RobMask.Verification.Checks.Protocol;

/// <summary>One line of a backend, checked.</summary>
/// <param name="Body">The object.</param>
internal sealed record BackendAnswer(JsonObject Body)
{
    private const int Shown = 120;

    /// <summary>Reads a line.</summary>
    /// <exception cref="BackendException">It is no JSON object, or answers another request.</exception>
    public static BackendAnswer Parse(string line, long id)
    {
        JsonObject? body = null;
        try
        {
            body = JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
        }

        if (body is null)
        {
            throw new BackendException($"wrote «{Short(line)}» where the answer to request {id} was expected, one JSON object on one line");
        }

        return body["id"] is JsonValue given && given.TryGetValue(out long answered) && answered == id
            ? new BackendAnswer(body)
            : throw new BackendException($"answered request {body["id"]?.ToJsonString() ?? "without an id"}; expected the answer to {id}");
    }

    /// <summary>Whether the request was carried out.</summary>
    public bool Ok => Body["ok"] is JsonValue value && value.TryGetValue(out bool ok) && ok;

    /// <summary>The reason, where the backend has the operation but cannot compute this request; null where there is none.</summary>
    public string? Unsupported => TextOrNull("unsupported");

    /// <summary>What went wrong; never empty.</summary>
    public string Error => TextOrNull("error") ?? $"neither ok nor error nor unsupported: {Short(Body.ToJsonString())}";

    /// <summary>A text that must be there.</summary>
    public string Text(string name) => TextOrNull(name) ?? throw Malformed(name, "a text");

    /// <summary>An integer that must be there.</summary>
    public int Integer(string name) => Body[name] is JsonValue value && value.TryGetValue(out int integer) ? integer : throw Malformed(name, "an integer");

    /// <summary>Texts that must be there.</summary>
    public IReadOnlyList<string> Texts(string name) => Body[name] is JsonArray array && array.All(item => item is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        ? [.. array.Select(item => item!.GetValue<string>())]
        : throw Malformed(name, "a list of texts");

    private string? TextOrNull(string name) => Body[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private BackendException Malformed(string name, string expected) => new($"said {name} = {Short(Body[name]?.ToJsonString() ?? "nothing")} in its hello; expected {expected}");

    private static string Short(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}

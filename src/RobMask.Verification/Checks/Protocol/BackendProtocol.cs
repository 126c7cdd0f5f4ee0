using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Protocol;

/// <summary>The words of the protocol between <c>robmask check</c> and a backend; <c>docs/backend-protocol.md</c> is its description.</summary>
internal static class BackendProtocol
{
    /// <summary>Its version, in the hello and in its answer.</summary>
    public const int Version = 1;

    /// <summary>The longest line that is read: a hello of every operation takes about a thousand bytes.</summary>
    public const int LongestLine = 1 << 16;

    private static readonly JsonSerializerOptions Line = new() { WriteIndented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first request.</summary>
    public static JsonObject Hello(long id) => new() { ["id"] = id, ["request"] = "hello", ["protocol"] = Version };

    /// <summary>A request to compute one operation from file to file; every attribute is there, defaults too.</summary>
    public static JsonObject Run(long id, OperationRequest request, string inputs, string outputs) => new()
    {
        ["id"] = id,
        ["request"] = "run",
        ["operation"] = request.Name,
        ["attributes"] = Attributes(request),
        ["inputs"] = inputs,
        ["outputs"] = outputs,
    };

    /// <summary>The inputs of a request as they go into a file: labels as I64.</summary>
    public static IReadOnlyList<NamedTensor> Tensors(OperationRequest request) => [.. request.Inputs.Select(input => new NamedTensor(input.Key, input.Value is DenseTensor<int> labels ? Widened(labels) : input.Value))];

    /// <summary>An object as one line.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(Line);

    /// <summary>Attributes of a request as JSON: integers, [h, w], numbers, true and false, words.</summary>
    public static JsonObject Attributes(OperationRequest request)
    {
        Operation operation = OperationCatalog.Find(request.Name);
        Dictionary<string, object> values = OperationBinding.Attributes(operation, request.Attributes);
        JsonObject attributes = [];
        foreach (OperationSetting setting in operation.Attributes)
        {
            attributes[setting.Name] = values[setting.Name] switch
            {
                long integer when setting.Greatest >= ulong.MaxValue => JsonValue.Create(unchecked((ulong)integer)),
                long integer => JsonValue.Create(integer),
                (int height, int width) => new JsonArray(height, width),

                // Widened, so that a reader who takes it for a double has exactly the float.
                float number => float.IsFinite(number) ? JsonValue.Create((double)number) : JsonValue.Create(number > 0 ? "Infinity" : "-Infinity"),
                bool flag => JsonValue.Create(flag),
                object word => JsonValue.Create((string)word),
            };
        }

        return attributes;
    }

    /// <summary>An attribute back as the catalogue's text.</summary>
    /// <exception cref="InvalidDataException">It is no value that an attribute may have.</exception>
    public static string AttributeText(string name, JsonNode? node) => node switch
    {
        JsonArray { Count: 2 } pair => $"{pair[0]},{pair[1]}",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(),
        _ => throw new InvalidDataException($"attribute {name} is {node?.ToJsonString() ?? "null"}; expected a number, [h, w], true, false or a word"),
    };

    private static DenseTensor<long> Widened(DenseTensor<int> labels)
    {
        DenseTensor<long> wide = new(labels.Shape);
        for (int i = 0; i < wide.Length; i++)
        {
            wide.Span[i] = labels.Span[i];
        }

        return wide;
    }
}

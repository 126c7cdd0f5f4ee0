using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Protocol;

/// <summary>The backend's side of the protocol: serves a backend of this process to whoever asks on the other end.</summary>
internal static class BackendServer
{
    /// <summary>Answers line by line until the input ends.</summary>
    public static void Serve(IMaskingBackend backend, TextReader input, TextWriter output, CancellationToken cancellation = default)
    {
        while (!cancellation.IsCancellationRequested && input.ReadLine() is string line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            output.WriteLine(BackendProtocol.Text(Answer(backend, line)));
            output.Flush();
        }
    }

    private static JsonObject Answer(IMaskingBackend backend, string line)
    {
        JsonNode? id = null;
        try
        {
            JsonObject request = JsonNode.Parse(line) as JsonObject ?? throw new InvalidDataException("a request must be a JSON object");
            id = request["id"]?.DeepClone();
            switch (Text(request, "request"))
            {
                case "hello":
                    return Hello(backend, id);
                case "run":
                    Run(backend, request);
                    return new JsonObject { ["id"] = id, ["ok"] = true };
                default:
                    throw new InvalidDataException($"there is no request «{Text(request, "request")}»; there are hello and run");
            }
        }
        catch (NotSupportedException reason)
        {
            return new JsonObject { ["id"] = id, ["ok"] = false, ["unsupported"] = reason.Message };
        }
        catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException or JsonException or UnauthorizedAccessException or OperationFailedException)
        {
            return new JsonObject { ["id"] = id, ["ok"] = false, ["error"] = error.Message };
        }
    }

    private static JsonObject Hello(IMaskingBackend backend, JsonNode? id) => new()
    {
        ["id"] = id,
        ["ok"] = true,
        ["protocol"] = BackendProtocol.Version,
        ["name"] = backend.Name,
        ["device"] = "cpu",
        ["precision"] = backend.Precision.Name,
        ["operations"] = new JsonArray([.. backend.Operations.Select(name => JsonValue.Create(name))]),
    };

    private static void Run(IMaskingBackend backend, JsonObject request)
    {
        Dictionary<string, ITensor> inputs = TensorFile.ReadAll(Text(request, "inputs")).ToDictionary(tensor => tensor.Name, tensor => tensor.Tensor);
        Dictionary<string, string> attributes = (request["attributes"] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => BackendProtocol.AttributeText(pair.Key, pair.Value));
        TensorFile.Write(Text(request, "outputs"), backend.Run(new OperationRequest(Text(request, "operation"), inputs, attributes)));
    }

    private static string Text(JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue(out string? text) ? text : throw new InvalidDataException($"a request needs «{name}», a text");
}

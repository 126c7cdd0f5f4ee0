using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Checks.Protocol;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks;

/// <summary>A case on disk: its inputs as safetensors, all else as JSON in the metadata entry «case».</summary>
/// <param name="Request">What is asked.</param>
/// <param name="Law">The law that it breaks; null where the answer itself is judged.</param>
public sealed record CaseFile(OperationRequest Request, string? Law)
{
    private const string Key = "case";

    /// <summary>Writes a case, complete or not at all.</summary>
    /// <param name="path">Where.</param>
    /// <param name="backend">Whose case it is, for the reader.</param>
    /// <param name="seed">The key of the check that found it.</param>
    /// <param name="number">Its number there.</param>
    /// <param name="verdict">What was found.</param>
    public void Save(string path, string backend, ulong seed, int number, string verdict)
    {
        JsonObject text = new()
        {
            ["operation"] = Request.Name,
            ["attributes"] = BackendProtocol.Attributes(Request),
            ["law"] = Law,
            ["verdict"] = verdict,
            ["backend"] = backend,
            ["seed"] = seed,
            ["number"] = number,
        };
        TensorFile.Write(path, BackendProtocol.Tensors(Request), [new(Key, BackendProtocol.Text(text))]);
    }

    /// <summary>Reads a case.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds no case.</exception>
    public static CaseFile Load(string path)
    {
        string? text;
        using (SafetensorsFile file = new(path))
        {
            text = file.Metadata.GetValueOrDefault(Key);
        }

        try
        {
            JsonObject body = JsonNode.Parse(text ?? throw new InvalidDataException($"{path}: its metadata have no «{Key}»; expected a file that robmask check saved")) as JsonObject
                ?? throw new InvalidDataException($"{path}: «{Key}» is no JSON object");
            string name = body["operation"]?.GetValue<string>() ?? throw new InvalidDataException($"{path}: «{Key}» names no operation");
            Dictionary<string, string> attributes = (body["attributes"] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => BackendProtocol.AttributeText(pair.Key, pair.Value));
            Dictionary<string, ITensor> inputs = TensorFile.ReadAll(path).ToDictionary(tensor => tensor.Name, tensor => tensor.Tensor);
            OperationRequest request = new(name, inputs, attributes);
            Operation operation = OperationCatalog.Find(name);
            OperationBinding.Attributes(operation, attributes);
            OperationBinding.Inputs<float>(operation, inputs);
            return new CaseFile(request, body["law"]?.GetValue<string>());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }
}

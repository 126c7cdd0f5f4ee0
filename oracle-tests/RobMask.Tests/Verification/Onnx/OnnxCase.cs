using System.Globalization;
using System.Text.Json;
using RobMask.Checkpoints;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Verification.Onnx;

/// <summary>One frozen case: tensors, and the attributes of its node. An attribute that a mapping does not ask for fails the case.</summary>
internal sealed class OnnxCase : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, JsonElement> _attributes;

    public OnnxCase(string path)
    {
        _file = new SafetensorsFile(path);
        Name = _file.Metadata["case"];
        Operator = _file.Metadata["op"];
        _attributes = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(_file.Metadata["attributes"])!;
    }

    public string Name { get; }

    public string Operator { get; }

    public int InputCount => _file.Entries.Count(e => e.Name.StartsWith("input_", StringComparison.Ordinal));

    public bool Has(string tensor) => _file.Contains(tensor);

    public DenseTensor<float> Tensor(string name) => _file.Load<float>(name);

    public DenseTensor<long> Integers(string name) => _file.Load<long>(name);

    public int[] Numbers(string attribute, params int[] byDefault) =>
        _attributes.Remove(attribute, out JsonElement value) ? [.. value.EnumerateArray().Select(e => e.GetInt32())] : byDefault;

    public int Number(string attribute, int byDefault) => _attributes.Remove(attribute, out JsonElement value) ? value.GetInt32() : byDefault;

    public float Real(string attribute, float byDefault) => _attributes.Remove(attribute, out JsonElement value) ? value.GetSingle() : byDefault;

    public string Text(string attribute, string byDefault) => _attributes.Remove(attribute, out JsonElement value) ? value.GetString()! : byDefault;

    /// <summary>Every attribute has been read: none is silently left out.</summary>
    public void RequireAllAttributesRead() => Assert.True(_attributes.Count == 0, $"{Name}: the mapping of {Operator} ignores {string.Join(", ", _attributes.Keys)}");

    public static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    public void Dispose() => _file.Dispose();
}

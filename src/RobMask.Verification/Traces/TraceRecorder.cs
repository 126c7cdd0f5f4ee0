using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RobMask.Engines.Recording;
using RobMask.Tensors;

namespace RobMask.Verification.Traces;

/// <summary>Writes what an engine computes as a trace.</summary>
/// <remarks>
/// A tensor is known by its content: an input is the latest tensor with the same shape and bytes, so nothing depends on
/// which buffer an engine happens to reuse; where there is none it is something that the network was given.
/// </remarks>
public sealed class TraceRecorder : IOperationRecorder
{
    private readonly TraceWriter _writer;
    private readonly Dictionary<(UInt128 Digest, TensorShape Shape), string> _latest = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Records into a trace that its owner completes.</summary>
    public TraceRecorder(TraceWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <inheritdoc/>
    public void Record(RecordedOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Dictionary<string, string> inputs = new(StringComparer.Ordinal);
        foreach (RecordedTensor tensor in operation.Inputs)
        {
            (UInt128, TensorShape) key = Key(tensor.Values);
            if (!_latest.TryGetValue(key, out string? known))
            {
                known = Fresh(tensor.Name ?? $"{operation.Name}/{tensor.Role}");
                _latest.Add(key, known);
                Add(known, tensor.Values);
            }

            inputs.Add(tensor.Role, known);
        }

        Dictionary<string, string> outputs = new(StringComparer.Ordinal);
        foreach (RecordedTensor tensor in operation.Outputs)
        {
            string name = Fresh(tensor.Name ?? $"{operation.Name}/{tensor.Role}");
            _latest[Key(tensor.Values)] = name;
            if (operation.Operation != TraceOperation.Alias)
            {
                Add(name, tensor.Values);
            }

            outputs.Add(tensor.Role, name);
        }

        _writer.Add(new TraceOperation(operation.Name, operation.Operation, Enum.Parse<TracePhase>(operation.Phase.ToString()))
        {
            Attributes = new Dictionary<string, string>(operation.Attributes, StringComparer.Ordinal),
            Inputs = inputs,
            Outputs = outputs,
            Opaque = operation.IsOpaque,
        });
    }

    private string Fresh(string name)
    {
        string free = name;
        for (int i = 2; !_names.Add(free); i++)
        {
            free = $"{name}#{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        }

        return free;
    }

    private void Add(string name, ITensor tensor)
    {
        switch (tensor)
        {
            case DenseTensor<float> values: _writer.Add(name, values); break;
            case DenseTensor<double> values: _writer.Add(name, values); break;
            case DenseTensor<long> values: _writer.Add(name, values); break;
            default: throw new ArgumentException($"trace: a {tensor.GetType().Name} was recorded; expected float, double or long in managed memory", nameof(tensor));
        }
    }

    private static (UInt128, TensorShape) Key(ITensor tensor)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(
            tensor switch
            {
                DenseTensor<float> values => MemoryMarshal.AsBytes(values.Span),
                DenseTensor<double> values => MemoryMarshal.AsBytes(values.Span),
                DenseTensor<long> values => MemoryMarshal.AsBytes(values.Span),
                _ => throw new ArgumentException($"trace: a {tensor.GetType().Name} was recorded; expected float, double or long in managed memory", nameof(tensor)),
            },
            digest);
        return (MemoryMarshal.Read<UInt128>(digest), tensor.Shape);
    }
}

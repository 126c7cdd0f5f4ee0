using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using RobMask.Verification.Traces;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Tests.Verification.Traces;

/// <summary>A small convolutional network's step as a trace, computed by the catalogue in float, and ways to change it.</summary>
internal sealed class TraceSample : IDisposable
{
    private readonly Dictionary<string, ITensor> _tensors = [];
    private readonly TraceWriter _writer;
    private readonly bool _wide;

    private TraceSample(string path, bool wide)
    {
        _wide = wide;
        _writer = new TraceWriter(path, new TraceProgram { Producer = "test", Device = "cpu", Precision = ArithmeticModel.Fp32, Switches = new Dictionary<string, string> { ["tf32"] = "false" } });
    }

    /// <summary>Writes the trace: two convolutions with a sum around the second, a linear layer, the loss, all gradients, one step.</summary>
    public static void Write(string path, uint seed = 1, bool complete = true, bool wide = false)
    {
        using TraceSample sample = new(path, wide);
        sample.Give("images", TestTensors.Normal<float>(seed, 2, 3, 6, 6));
        sample.Give("conv1.weight", TestTensors.Normal<float>(seed + 1, 4, 3, 3, 3));
        sample.Give("conv2.weight", TestTensors.Normal<float>(seed + 2, 4, 4, 3, 3));
        sample.Give("linear.weight", TestTensors.Normal<float>(seed + 3, 5, 4 * 6 * 6));
        sample.Give("linear.bias", TestTensors.Normal<float>(seed + 4, 5));
        DenseTensor<long> labels = new(2);
        labels.Span[1] = 3;
        sample.Give("labels", labels);
        (string, string) padding = ("padding", "1");
        sample.Run("conv1", "conv2d", TracePhase.Forward, [("input", "images"), ("weight", "conv1.weight")], [padding], "output");
        sample.Run("relu1", "relu", TracePhase.Forward, [("input", "conv1/output")], [], "output");
        sample.Run("conv2", "conv2d", TracePhase.Forward, [("input", "relu1/output"), ("weight", "conv2.weight")], [padding], "output");
        sample.Run("add", "add", TracePhase.Forward, [("left", "conv2/output"), ("right", "relu1/output")], [], "output");
        sample.Run("relu2", "relu", TracePhase.Forward, [("input", "add/output")], [], "output");
        sample.Alias("flatten", TracePhase.Forward, "relu2/output", 2, 4 * 6 * 6);
        sample.Run("linear", "linear", TracePhase.Forward, [("input", "flatten/output"), ("weight", "linear.weight"), ("bias", "linear.bias")], [], "output");
        sample.Run("loss", "cross_entropy", TracePhase.Loss, [("input", "linear/output"), ("target", "labels")], [], "output");
        sample.Run("loss", "cross_entropy_backward", TracePhase.Backward, [("input", "linear/output"), ("target", "labels")], [], "grad_input");
        sample.Run("linear", "linear_backward", TracePhase.Backward, [("input", "flatten/output"), ("weight", "linear.weight"), ("grad_output", "loss/grad_input")], [], "grad_input", "grad_weight", "grad_bias");
        sample.Alias("unflatten", TracePhase.Backward, "linear/grad_input", 2, 4, 6, 6);
        sample.Run("relu2", "relu_backward", TracePhase.Backward, [("input", "relu2/output"), ("grad_output", "unflatten/output")], [], "grad_input");
        sample.Run("conv2", "conv2d_backward", TracePhase.Backward, [("input", "relu1/output"), ("weight", "conv2.weight"), ("grad_output", "relu2/grad_input")], [padding], "grad_input", "grad_weight");
        sample.Run("add", "add", TracePhase.Backward, [("left", "relu2/grad_input"), ("right", "conv2/grad_input")], [], "output");
        sample.Run("relu1", "relu_backward", TracePhase.Backward, [("input", "relu1/output"), ("grad_output", "add/output#2")], [], "grad_input");
        sample.Run("conv1", "conv2d_backward", TracePhase.Backward, [("input", "images"), ("weight", "conv1.weight"), ("grad_output", "relu1/grad_input")], [padding], "grad_weight");
        sample.Run("conv1.weight", "sgd_step", TracePhase.Optimiser, [("param", "conv1.weight"), ("grad", "conv1/grad_weight")], [("lr", "0.1"), ("momentum", "0.9")], "param", "momentum_buffer");
        sample._writer.Add(new TraceOperation("note", "something.else", TracePhase.Forward)
        {
            Inputs = new Dictionary<string, string> { ["x"] = "linear/output" },
            Outputs = new Dictionary<string, string> { ["y"] = "note/y" },
            Opaque = true,
        });
        sample._writer.Add("note/y", DenseTensor<float>.From([1, 2], 2));
        if (complete)
        {
            sample._writer.Complete();
        }
    }

    /// <summary>Writes a file anew with its program, or whole header, changed.</summary>
    public static void Edit(string path, Action<JsonObject>? program = null, Action<JsonObject>? header = null, Func<string, string>? text = null)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        JsonObject json = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        JsonObject metadata = json["__metadata__"]!.AsObject();
        JsonObject inner = JsonNode.Parse(metadata[TraceProgram.MetadataKey]!.GetValue<string>())!.AsObject();
        program?.Invoke(inner);
        string changed = inner.ToJsonString();
        metadata[TraceProgram.MetadataKey] = text is null ? changed : text(changed);
        header?.Invoke(json);
        byte[] head = Encoding.UTF8.GetBytes(json.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        using FileStream stream = File.Create(path);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, head.Length);
        stream.Write(prefix);
        stream.Write(head);
        stream.Write(bytes.AsSpan(8 + length));
    }

    /// <summary>Changes one element of a tensor of float in a file.</summary>
    public static void Change(string path, string tensor, int index, Func<float, float> change)
    {
        long place;
        using (RobMask.Checkpoints.SafetensorsFile file = new(path))
        {
            place = file[tensor].Offset + (4L * index);
        }

        using FileStream stream = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        byte[] element = new byte[4];
        stream.Position = place;
        stream.ReadExactly(element);
        BinaryPrimitives.WriteSingleLittleEndian(element, change(BinaryPrimitives.ReadSingleLittleEndian(element)));
        stream.Position = place;
        stream.Write(element);
    }

    public void Dispose() => _writer.Dispose();

    private void Give(string name, ITensor tensor)
    {
        _tensors.Add(name, _wide && tensor is DenseTensor<float> narrow ? TestTensors.Widen(narrow) : tensor);
        if (tensor is DenseTensor<float> numbers)
        {
            _writer.Add(name, numbers);
        }
        else if (tensor is DenseTensor<double> wide)
        {
            DenseTensor<float> rounded = new(wide.Shape);
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<double, float>(wide.Span, rounded.Span);
            _writer.Add(name, rounded);
        }
        else
        {
            _writer.Add(name, (DenseTensor<long>)tensor);
        }
    }

    private void Run(string name, string op, TracePhase phase, (string Role, string Tensor)[] inputs, (string Name, string Value)[] attributes, params string[] recorded)
    {
        Dictionary<string, string> settings = attributes.ToDictionary(pair => pair.Name, pair => pair.Value);
        OperationRequest request = new(op, inputs.ToDictionary(pair => pair.Role, pair => _tensors[pair.Tensor]), settings);
        Dictionary<string, string> outputs = [];
        foreach (NamedTensor output in OperationCatalog.Run(request).Where(output => recorded.Contains(output.Name)))
        {
            string tensor = _tensors.ContainsKey($"{name}/{output.Name}") ? $"{name}/{output.Name}#2" : $"{name}/{output.Name}";
            outputs.Add(output.Name, tensor);
            Give(tensor, output.Tensor);
        }

        _writer.Add(new TraceOperation(name, op, phase) { Inputs = inputs.ToDictionary(pair => pair.Role, pair => pair.Tensor), Outputs = outputs, Attributes = settings });
    }

    private void Alias(string name, TracePhase phase, string tensor, params int[] extents)
    {
        ITensor viewed = _tensors[tensor];
        TensorShape shape = new(extents);
        _tensors.Add(name + "/output", viewed is DenseTensor<double> wide ? wide.View(shape) : ((DenseTensor<float>)viewed).View(shape));
        _writer.Add(new TraceOperation(name, TraceOperation.Alias, phase)
        {
            Inputs = new Dictionary<string, string> { ["input"] = tensor },
            Outputs = new Dictionary<string, string> { ["output"] = name + "/output" },
            Attributes = new Dictionary<string, string> { ["shape"] = string.Join(',', extents) },
        });
    }
}

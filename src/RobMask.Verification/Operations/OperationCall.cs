using System.Numerics;
using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Verification.Operations;

/// <summary>One run of an operation in one precision: checked inputs and attributes go in, outputs are collected.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class OperationCall<T>(Dictionary<string, ITensor> inputs, Dictionary<string, object> attributes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<NamedTensor> _outputs = [];

    /// <summary>What the operation has given.</summary>
    public IReadOnlyList<NamedTensor> Outputs => _outputs;

    /// <summary>An input that was given.</summary>
    public DenseTensor<T> Input(string name) => (DenseTensor<T>)inputs[name];

    /// <summary>An input that may be missing.</summary>
    public DenseTensor<T>? InputOrNull(string name) => inputs.TryGetValue(name, out ITensor? tensor) ? (DenseTensor<T>)tensor : null;

    /// <summary>Class labels.</summary>
    public DenseTensor<int> Labels(string name) => (DenseTensor<int>)inputs[name];

    /// <summary>Class labels that may be missing.</summary>
    public DenseTensor<int>? LabelsOrNull(string name) => inputs.TryGetValue(name, out ITensor? tensor) ? (DenseTensor<int>)tensor : null;

    /// <summary>An attribute of one integer.</summary>
    public long Integer(string name) => (long)attributes[name];

    /// <summary>An attribute of two integers.</summary>
    public (int Height, int Width) Pair(string name) => ((int, int))attributes[name];

    /// <summary>A number.</summary>
    public float Number(string name) => (float)attributes[name];

    /// <summary>A flag.</summary>
    public bool Flag(string name) => (bool)attributes[name];

    /// <summary>One of a few words.</summary>
    public string Choice(string name) => (string)attributes[name];

    /// <summary>Allocates an output.</summary>
    public DenseTensor<T> Output(string name, TensorShape shape)
    {
        DenseTensor<T> tensor = new(shape);
        Output(name, tensor);
        return tensor;
    }

    /// <summary>Copies an output from a tensor that does not outlive its tape or model unchanged.</summary>
    public void OutputCopy(string name, ITensor tensor) => ((DenseTensor<T>)tensor).Span.CopyTo(Output(name, tensor.Shape).Span);

    /// <summary>Takes an output.</summary>
    public void Output(string name, ITensor tensor) => _outputs.Add(new NamedTensor(name, tensor));
}

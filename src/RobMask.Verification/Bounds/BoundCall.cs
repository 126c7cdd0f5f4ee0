using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Bounds;

/// <summary>One bounding of an operation: inputs with their bounds go in, outputs with theirs are collected.</summary>
internal sealed class BoundCall(
    IReadOnlyDictionary<string, BoundedTensor> inputs,
    IReadOnlyDictionary<string, DenseTensor<int>> labels,
    IReadOnlyDictionary<string, object> attributes,
    ArithmeticModel model)
{
    private readonly List<BoundedOutput> _outputs = [];

    /// <summary>What the implementation declares.</summary>
    public ArithmeticModel Model => model;

    /// <summary>What has been given.</summary>
    public IReadOnlyList<BoundedOutput> Outputs => _outputs;

    /// <summary>An input that was given.</summary>
    public BoundedTensor Input(string name) => inputs[name];

    /// <summary>An input that may be missing.</summary>
    public BoundedTensor? InputOrNull(string name) => inputs.GetValueOrDefault(name);

    /// <summary>Class labels.</summary>
    public DenseTensor<int> Labels(string name) => labels[name];

    /// <summary>Class labels that may be missing.</summary>
    public DenseTensor<int>? LabelsOrNull(string name) => labels.GetValueOrDefault(name);

    /// <summary>An attribute of one integer.</summary>
    public long Integer(string name) => (long)attributes[name];

    /// <summary>An attribute of two integers.</summary>
    public (int Height, int Width) Pair(string name) => ((int, int))attributes[name];

    /// <summary>A number: the float, widened.</summary>
    public double Number(string name) => (float)attributes[name];

    /// <summary>A flag.</summary>
    public bool Flag(string name) => (bool)attributes[name];

    /// <summary>One of a few words.</summary>
    public string Choice(string name) => (string)attributes[name];

    /// <summary>Runs an operation without inputs on the attributes of this call, in double.</summary>
    public IReadOnlyList<NamedTensor> Run(Operation operation)
    {
        OperationCall<double> inDouble = new([], new Dictionary<string, object>(attributes));
        operation.Run(inDouble);
        return inDouble.Outputs;
    }

    /// <summary>Gives an output and the theorem that bounds it; a null theorem says that none is proven.</summary>
    public void Output(string name, BoundedTensor tensor, string? theorem) => _outputs.Add(new BoundedOutput(name, tensor, theorem));

    /// <summary>An empty output of a shape, to be filled by the caller.</summary>
    public BoundedTensor Output(string name, TensorShape shape, string theorem)
    {
        BoundedTensor tensor = BoundedTensor.Empty(shape);
        Output(name, tensor, theorem);
        return tensor;
    }
}

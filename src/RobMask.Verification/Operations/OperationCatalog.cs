using System.Numerics;
using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Verification.Operations;

/// <summary>Every operation of the reference under a fixed name: the door for programs in other languages.</summary>
public static class OperationCatalog
{
    /// <summary>The version of the contract; it grows when a name, type or default changes its meaning, not when something is added.</summary>
    public const int Version = 1;

    private static readonly Dictionary<string, Operation> ByName = MakeTable();

    /// <summary>The operations, in the order in which a network uses them.</summary>
    public static IReadOnlyList<Operation> All { get; } = [.. ByName.Values];

    /// <summary>Finds an operation.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Operation Find(string name) => ByName.TryGetValue(name, out Operation? operation)
        ? operation
        : throw new ArgumentException($"there is no operation «{name}»; there are {string.Join(", ", ByName.Keys)}", nameof(name));

    /// <summary>Runs an operation.</summary>
    /// <returns>Its outputs, in the order of its description; those that were not asked for are missing.</returns>
    /// <exception cref="ArgumentException">A name, shape, type or attribute is wrong; the message says what was expected.</exception>
    public static IReadOnlyList<NamedTensor> Run(OperationRequest request) => Run(Find(request.Name), request);

    /// <summary>The same for an operation that need not be in the catalogue.</summary>
    internal static IReadOnlyList<NamedTensor> Run(Operation operation, OperationRequest request)
    {
        Dictionary<string, object> attributes = OperationBinding.Attributes(operation, request.Attributes);
        OperationPrecision precision = OperationBinding.Precision(operation, request);
        return precision == OperationPrecision.F64 ? Run<double>(operation, request, attributes) : Run<float>(operation, request, attributes);
    }

    private static IReadOnlyList<NamedTensor> Run<T>(Operation operation, OperationRequest request, Dictionary<string, object> attributes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, ITensor> inputs = OperationBinding.Inputs<T>(operation, request.Inputs);
        OperationCall<T> call = new(inputs, attributes);
        operation.Run(call);
        return call.Outputs;
    }

    private static Dictionary<string, Operation> MakeTable()
    {
        Operation[] operations =
        [
            new Conv2dOperation(), new Conv2dBackwardOperation(),
            new LinearOperation(), new LinearBackwardOperation(),
            new NormalizeOperation(), new NormalizeBackwardOperation(),
            new RescaleOperation(), new RescaleBackwardOperation(),
            new BatchNormOperation(), new BatchNormBackwardOperation(),
            new MixedRescaleOperation(), new MixedRescaleBackwardOperation(),
            new ReluOperation(), new ReluBackwardOperation(), new FeatureMaskOperation(), new AddOperation(),
            new MaxPool2dOperation(), new MaxPool2dBackwardOperation(),
            new AvgPool2dOperation(), new AvgPool2dBackwardOperation(),
            new GlobalAvgPoolOperation(), new GlobalAvgPoolBackwardOperation(),
            new SumOperation(), new MeanOperation(),
            new SoftmaxOperation(), new LogSoftmaxOperation(),
            new CrossEntropyOperation(), new CrossEntropyBackwardOperation(),
            new KlDivOperation(), new KlDivBackwardOperation(),
            new MarginLossOperation(), new MarginLossBackwardOperation(),
            new DlrLossOperation(), new DlrLossBackwardOperation(),
            new SgdStepOperation(), new PgdStepOperation(), new PhiloxOperation(),
        ];
        return operations.ToDictionary(o => o.Name, StringComparer.Ordinal);
    }
}

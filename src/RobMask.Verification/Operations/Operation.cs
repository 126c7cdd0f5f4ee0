using System.Numerics;

namespace RobMask.Verification.Operations;

/// <summary>One entry of the catalogue: an operation's names, shapes and types, and how it is run.</summary>
/// <remarks>Names of operations, inputs, attributes and outputs are a contract with programs in other languages: never rename.</remarks>
public abstract class Operation
{
    private protected Operation(string name, string summary)
    {
        Name = name;
        Summary = summary;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What it computes, in one line.</summary>
    public string Summary { get; }

    /// <summary>The tensors that it reads.</summary>
    public IReadOnlyList<OperationInput> Inputs { get; private protected init; } = [];

    /// <summary>Its settings.</summary>
    public IReadOnlyList<OperationSetting> Attributes { get; private protected init; } = [];

    /// <summary>The tensors that it gives.</summary>
    public IReadOnlyList<OperationOutput> Outputs { get; private protected init; } = [];

    /// <summary>Computes the outputs in one precision.</summary>
    internal abstract void Run<T>(OperationCall<T> call)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary>What is to be computed.</summary>
/// <param name="Name">The operation's name.</param>
/// <param name="Inputs">Tensors by name: <see cref="DenseTensor{T}"/> of float, double, int or long.</param>
/// <param name="Attributes">Settings by name, as text; those that are missing have their default.</param>
public sealed record OperationRequest(string Name, IReadOnlyDictionary<string, ITensor> Inputs, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The precision of the computation; null takes that of the inputs.</summary>
    public OperationPrecision? Precision { get; init; }
}

/// <summary>The precision of a computation.</summary>
public enum OperationPrecision
{
    /// <summary>IEEE binary32: the bits.</summary>
    F32,

    /// <summary>IEEE binary64, float inputs widened exactly: the value.</summary>
    F64,
}

using RobMask.Tensors;

namespace RobMask.Engines.Recording;

/// <summary>An operation with the values that it was given and those that it gave.</summary>
/// <param name="Name">Where in the network it stands; forward and backward share it.</param>
/// <param name="Operation">Its name in the catalogue of operations, or any where it is opaque.</param>
/// <param name="Phase">What it is part of.</param>
/// <param name="Attributes">Its settings as text, as the catalogue reads them.</param>
/// <param name="Inputs">What it read, before it ran.</param>
/// <param name="Outputs">What it gave.</param>
public sealed record RecordedOperation(
    string Name,
    string Operation,
    RecordedPhase Phase,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<RecordedTensor> Inputs,
    IReadOnlyList<RecordedTensor> Outputs)
{
    /// <summary>Whether the catalogue has no such operation: it is recorded so that the flow of data is whole.</summary>
    public bool IsOpaque { get; init; }
}

/// <summary>Values under the catalogue's name for them.</summary>
/// <param name="Role">That name.</param>
/// <param name="Values">A copy on the host: <see cref="DenseTensor{T}"/> of float, double or, for labels, long.</param>
/// <param name="Name">What the tensor is called where it comes from no operation, as a parameter's name; null for none of its own.</param>
public sealed record RecordedTensor(string Role, ITensor Values, string? Name = null);

/// <summary>What an operation is part of.</summary>
public enum RecordedPhase
{
    /// <summary>A forward pass.</summary>
    Forward,

    /// <summary>A loss and its gradient.</summary>
    Loss,

    /// <summary>A backward pass.</summary>
    Backward,

    /// <summary>A step of the optimiser.</summary>
    Optimiser,

    /// <summary>A step of an attack.</summary>
    Attack,
}

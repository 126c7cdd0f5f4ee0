using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts;

/// <summary>The verdict on one operation of an implementation: that of its worst output.</summary>
public sealed record OperationVerdict
{
    /// <summary>The operation's name in the catalogue.</summary>
    public required string Operation { get; init; }

    /// <summary>What the operation is called where it was used, for example «layer1.0.conv1».</summary>
    public required string Label { get; init; }

    /// <summary>Its attributes, as text.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>The precision that was declared.</summary>
    public required ArithmeticModel Declared { get; init; }

    /// <summary>The verdicts on the outputs that were given, in the order of the operation's description.</summary>
    public required IReadOnlyList<TensorVerdict> Outputs { get; init; }

    /// <summary>Outputs of the operation that were not given; nothing is said of them.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Tensors that were given and are no output of the operation.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>The worst verdict of an output; unproven where none was given.</summary>
    public Verdict Verdict => Outputs.Count == 0 ? Verdict.Unproven : Outputs.Max(output => output.Verdict);

    /// <summary>Whether the declared precision is kept: nothing is wrong, and nothing needs a less precise model.</summary>
    public bool IsKept => Verdict is not (Verdict.Wrong or Verdict.Explained);
}

using RobMask.Verification.Bounds;
using RobMask.Verification.Verdicts;

namespace RobMask.Verification.Traces;

/// <summary>How a trace is verified.</summary>
public sealed record TraceVerificationOptions
{
    /// <summary>The precision that every operation is held to; null for what the trace declares.</summary>
    public ArithmeticModel? Precision { get; init; }

    /// <summary>Operations to judge, by name (<c>layer1.0.conv1</c>), part of the network (<c>layer1</c>) or kind (<c>conv2d</c>); all where empty.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Carry bounds from what the program was given through all operations, instead of judging each on its recorded inputs.</summary>
    public bool EndToEnd { get; init; }

    /// <summary>How much is said of an operation.</summary>
    public JudgeOptions Judge { get; init; } = new() { Bits = false };

    /// <summary>Whether an operation is asked for.</summary>
    internal bool Selects(TraceOperation operation) =>
        Only.Count == 0 || Only.Any(name => operation.Name == name || operation.Op == name || operation.Name.StartsWith(name + ".", StringComparison.Ordinal));
}

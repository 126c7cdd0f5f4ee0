using RobMask.Verification.Bounds;

namespace RobMask.Verification.Traces;

/// <summary>What a network computed, in order: the program of a trace without its tensors.</summary>
/// <remarks><c>docs/trace-format.md</c> describes the file.</remarks>
public sealed record TraceProgram
{
    /// <summary>The key of the program in the metadata of the safetensors file.</summary>
    public const string MetadataKey = "robmask.trace";

    /// <summary>The version of the format that this code reads and writes.</summary>
    public const int Version = 1;

    /// <summary>Who recorded it, for example <c>robmask_trace.py 1, torch 2.4.0</c>.</summary>
    public required string Producer { get; init; }

    /// <summary>What it ran on, for example <c>cpu</c> or <c>cuda: NVIDIA H200</c>.</summary>
    public required string Device { get; init; }

    /// <summary>The precision that every operation declares that has none of its own.</summary>
    public required ArithmeticModel Precision { get; init; }

    /// <summary>Switches of the framework that decide about precision, as they were found.</summary>
    public IReadOnlyDictionary<string, string> Switches { get; init; } = new Dictionary<string, string>();

    /// <summary>The operations, in the order in which they ran.</summary>
    public IReadOnlyList<TraceOperation> Operations { get; init; } = [];
}

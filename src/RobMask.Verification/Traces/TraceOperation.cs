using RobMask.Verification.Bounds;

namespace RobMask.Verification.Traces;

/// <summary>One operation of a trace: what was run, on which tensors, with what result.</summary>
/// <param name="Name">Where in the network it stands, for example <c>layer1.0.conv1</c>; several operations may share a name.</param>
/// <param name="Op">An operation of the catalogue, <see cref="Alias"/>, <see cref="Cast"/>, or, where <see cref="Opaque"/>, any name.</param>
/// <param name="Phase">The part of the step that it belongs to.</param>
public sealed record TraceOperation(string Name, string Op, TracePhase Phase)
{
    /// <summary>The same elements in the same order under another shape: attribute <c>shape</c>. Its output is not stored.</summary>
    public const string Alias = "alias";

    /// <summary>The same values rounded to another element type, which is that of the stored output.</summary>
    public const string Cast = "cast";

    /// <summary>Settings by name, as text, as in <c>robmask op</c>.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Tensors by the operation's name for them.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>Tensors by the operation's name for them; those that were not recorded are missing.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; init; } = new Dictionary<string, string>();

    /// <summary>The precision that this operation declares, where it is not that of the trace.</summary>
    public ArithmeticModel? Precision { get; init; }

    /// <summary>Whether it is only recorded: the catalogue has nothing to judge it by.</summary>
    public bool Opaque { get; init; }
}

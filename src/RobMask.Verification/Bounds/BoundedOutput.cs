namespace RobMask.Verification.Bounds;

/// <summary>An output of an operation in double with its bounds.</summary>
/// <param name="Name">The output's name in the catalogue.</param>
/// <param name="Tensor">Values and bounds.</param>
/// <param name="Theorem">The section of <c>docs/bounds.md</c> that proves the bounds; null where none is proven, and then the bounds say nothing.</param>
public sealed record BoundedOutput(string Name, BoundedTensor Tensor, string? Theorem);

using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>A fault that holds.</summary>
/// <param name="Words">What is said of it.</param>
/// <param name="Match">How far it holds.</param>
/// <param name="Model">The precision that it is, where it is one.</param>
internal sealed record Fault(string Words, Match Match, ArithmeticModel? Model = null);

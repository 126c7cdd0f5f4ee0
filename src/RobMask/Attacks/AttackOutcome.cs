using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>What an attack found for one batch.</summary>
/// <param name="Images">The attacked images [N, …]; they belong to the attack and last until its next run.</param>
/// <param name="Diagnostics">What kept the attack from its work; null where it was not asked.</param>
public sealed record AttackOutcome(ITensor Images, AttackDiagnostics? Diagnostics);

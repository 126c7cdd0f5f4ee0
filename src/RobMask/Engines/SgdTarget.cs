using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>What a step of the optimiser reads and changes.</summary>
/// <param name="Parameter">Replaced.</param>
/// <param name="Gradient">Left as it is.</param>
/// <param name="MomentumBuffer">Replaced; null where momentum is 0.</param>
public readonly record struct SgdTarget(ITensor Parameter, ITensor Gradient, ITensor? MomentumBuffer);

using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts;

/// <summary>One output of one operation as an implementation gave it, beside what it may be.</summary>
/// <param name="Got">What was given: numbers (float, double), or bool for a decision.</param>
/// <param name="Stored">The element type in which it was stored: BF16 and F16 allow one more rounding.</param>
/// <param name="Bits">Profile fma1's float bits of the same output; null where they are not asked for.</param>
/// <param name="Declared">The precision that the implementation declares.</param>
/// <param name="Bound">Values and bounds in a model; called for the declared one first, for others only where that does not cover what was given.</param>
public sealed record Evidence(ITensor Got, SafetensorsType Stored, ITensor? Bits, ArithmeticModel Declared, Func<ArithmeticModel, BoundedOutput> Bound);

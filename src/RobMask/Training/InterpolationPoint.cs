namespace RobMask.Training;

/// <summary>One point of the trade-off curve.</summary>
/// <param name="Alpha">The weight of the first mask; the second has 1 − α.</param>
/// <param name="Result">What was counted there.</param>
public sealed record InterpolationPoint(float Alpha, EvaluationResult Result);

using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Results;

/// <summary>Accuracy along the linear combinations α·clean mask + (1 − α)·adversarial mask of one network.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Attack">The name of the attack.</param>
/// <param name="Points">In order of α.</param>
public sealed record TradeoffCurve(string Network, ulong Seed, string Attack, IReadOnlyList<TradeoffPoint> Points);

/// <summary>One point of the curve.</summary>
/// <param name="Alpha">The weight of the clean mask, 0 ≤ α ≤ 1.</param>
/// <param name="Clean">Accuracy without an attack.</param>
/// <param name="Robust">Accuracy under the attack, made against this very combination.</param>
public sealed record TradeoffPoint(double Alpha, Accuracy Clean, Accuracy Robust);

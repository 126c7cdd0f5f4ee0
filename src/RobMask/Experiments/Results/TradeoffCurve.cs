using System.Globalization;
using RobMask.Experiments.Statistics;

namespace RobMask.Experiments.Results;

/// <summary>Accuracy along the linear combinations α·clean mask + (1 − α)·adversarial mask of one network.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Attack">The name of the attack.</param>
/// <param name="Points">In order of α.</param>
public sealed record TradeoffCurve(string Network, ulong Seed, string Attack, IReadOnlyList<TradeoffPoint> Points);

/// <summary>One point of the curve.</summary>
/// <param name="Alpha">The weight of the clean mask; 0 to 1 lies between the masks.</param>
/// <param name="Clean">Accuracy without an attack.</param>
/// <param name="Robust">Accuracy under the attack, made against this very combination.</param>
public sealed record TradeoffPoint(double Alpha, Accuracy Clean, Accuracy Robust)
{
    /// <summary>A point of a float α, which is written as it was given: 0.1 and not 0.10000000149.</summary>
    public static TradeoffPoint At(float alpha, Accuracy clean, Accuracy robust) =>
        new(double.Parse(Reporting.ReportText.Exact(alpha), CultureInfo.InvariantCulture), clean, robust);
}

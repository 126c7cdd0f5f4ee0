using System.Text.Json.Serialization;
using RobMask.Attacks;

namespace RobMask.Training;

/// <summary>What an evaluation counted. Image by image, so that intervals and paired differences can be computed.</summary>
public sealed record EvaluationResult
{
    /// <summary>Which network and mask.</summary>
    public required string Network { get; init; }

    /// <summary>Images evaluated.</summary>
    public required int Images { get; init; }

    /// <summary>Clean images classified right.</summary>
    public required int CleanCorrect { get; init; }

    /// <summary>The mean cross-entropy at clean images.</summary>
    public required double CleanLoss { get; init; }

    /// <summary>Images still classified right at every attacked point; null where nothing attacked.</summary>
    public int? RobustCorrect { get; init; }

    /// <summary>The mean cross-entropy at the attacked images.</summary>
    public double? RobustLoss { get; init; }

    /// <summary>As <see cref="RobustCorrect"/>, for a network that is given the true u(δ). Not a threat model. Null where not asked for.</summary>
    public int? TrueCoefficientsCorrect { get; init; }

    /// <summary>The attack.</summary>
    public AttackSettings? Attack { get; init; }

    /// <summary>What kept the attack from its work.</summary>
    public AttackDiagnostics? Diagnostics { get; init; }

    /// <summary>For each image, whether it was classified right clean.</summary>
    [JsonConverter(typeof(BitListConverter))]
    public required IReadOnlyList<bool> CleanCorrectImages { get; init; }

    /// <summary>For each image, whether it was classified right attacked.</summary>
    [JsonConverter(typeof(BitListConverter))]
    public IReadOnlyList<bool>? RobustCorrectImages { get; init; }

    /// <summary>The fraction of clean images classified right.</summary>
    public double CleanAccuracy => Images == 0 ? double.NaN : (double)CleanCorrect / Images;

    /// <summary>The fraction classified right attacked.</summary>
    public double? RobustAccuracy => RobustCorrect is int correct ? (double)correct / Images : null;

    /// <summary>The fraction classified right with the true u(δ).</summary>
    public double? TrueCoefficientsAccuracy => TrueCoefficientsCorrect is int correct ? (double)correct / Images : null;
}

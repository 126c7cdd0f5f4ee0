namespace RobMask.Masking;

/// <summary>How a perturbation becomes mixture coefficients. A choice of this project; the paper's gate is not known.</summary>
public sealed record GateSettings
{
    /// <summary>The most hidden units.</summary>
    public const int MaximumHiddenUnits = 1 << 16;

    /// <summary>What the gate reads.</summary>
    public GateKind Kind { get; init; } = GateKind.Linear;

    /// <summary>Use G as the coefficients instead of softmax(G); b then starts at 1/k, so that both start at the uniform mixture.</summary>
    public bool FreeCoefficients { get; init; }

    /// <summary>Give every rescaling layer coefficients of its own.</summary>
    public bool PerLayer { get; init; }

    /// <summary>Hidden units of the perceptrons; 0 makes them linear.</summary>
    public int HiddenUnits { get; init; } = 16;

    /// <summary>The last weight starts uniform in ± this / √(inputs).</summary>
    public float WeightScale { get; init; } = 0.1f;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        if (HiddenUnits is < 0 or > MaximumHiddenUnits)
        {
            throw new ArgumentException($"gate: {HiddenUnits} hidden units; 0 to {MaximumHiddenUnits} are allowed");
        }

        if (!float.IsFinite(WeightScale) || WeightScale < 0)
        {
            throw new ArgumentException($"gate: weight scale {WeightScale}; it must be finite and at least 0");
        }
    }
}

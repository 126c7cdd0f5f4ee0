using RobMask.Masking;

namespace RobMask.Training;

/// <summary>The options of <see cref="TrainingMethod.RobMask"/>. ε_max is the ε of the training attack. All defaults are choices of this project.</summary>
public sealed record RobMaskSettings
{
    /// <summary>The most primary masks.</summary>
    public const int MaximumMasks = 1024;

    /// <summary>1 ≤ k ≤ <see cref="MaximumMasks"/>, the primary masks.</summary>
    public int MaskCount { get; init; } = 2;

    /// <summary>λ ≥ 0, the weight of the attacked loss.</summary>
    public float Lambda { get; init; } = 1;

    /// <summary>How radii are drawn.</summary>
    public EpsilonDraw Epsilon { get; init; } = EpsilonDraw.Uniform;

    /// <summary>How a perturbation becomes coefficients.</summary>
    public GateSettings Gate { get; init; } = new();

    /// <summary>Send the gradient of the training attack through the gate, too.</summary>
    public bool AttackThroughGate { get; init; }

    /// <summary>Give the attacked half running statistics of its own.</summary>
    public bool SeparateStatistics { get; init; }

    /// <summary>The mask at test time.</summary>
    public TestMask TestMask { get; init; } = TestMask.GateAtZero;

    /// <summary>The γ of k ≥ 2 primary masks start uniform in 1 ± this, so that they are not identical.</summary>
    public float MaskNoise { get; init; } = 0.05f;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        Gate.Validate();
        if (MaskCount is < 1 or > MaximumMasks)
        {
            throw new ArgumentException($"robmask: k = {MaskCount} primary masks; 1 to {MaximumMasks} are allowed");
        }

        if (!float.IsFinite(Lambda) || Lambda < 0)
        {
            throw new ArgumentException($"robmask: lambda = {Lambda}; it must be finite and at least 0");
        }

        if (MaskNoise is not (>= 0 and < 1))
        {
            throw new ArgumentException($"robmask: mask noise {MaskNoise}; 0 to below 1 is allowed");
        }
    }
}

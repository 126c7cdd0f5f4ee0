namespace RobMask.Masking;

/// <summary>What a gate computes its mixture coefficients from.</summary>
public enum GateKind
{
    /// <summary>G(δ) = W vec(δ)/ε_max + b: the specific perturbation.</summary>
    Linear,

    /// <summary>A two-layer perceptron on (‖δ‖∞/ε_max, ‖δ‖₂/(ε_max √d)): the size of the perturbation.</summary>
    Strength,

    /// <summary>A two-layer perceptron on ε/ε_max: the radius that the attack was given.</summary>
    Epsilon,
}

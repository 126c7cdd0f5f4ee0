using RobMask.Attacks;

namespace RobMask.Training;

/// <summary>How a network is evaluated.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Images of one forward pass. Clean results do not depend on it.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>The first so many images of the data; null for all.</summary>
    public int? Images { get; init; }

    /// <summary>The attack behind robust accuracy; null for clean accuracy only.</summary>
    public AttackSettings? Attack { get; init; }

    /// <summary>Also give a RobMask network the true u(δ) at the attacked images: no threat model, because a deployed network does not see δ.</summary>
    public bool TrueCoefficients { get; init; }

    /// <summary>The key of the attack's random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>Checks every setting.</summary>
    /// <param name="classes">The number of classes of the evaluated network.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate(int classes)
    {
        if (BatchSize < 1 || Images < 1)
        {
            throw new ArgumentException($"evaluation: {(Images is int images ? $"{images} images " : string.Empty)}in batches of {BatchSize}; at least 1 of each is needed");
        }

        Attack?.Validate(classes);
        if (Attack?.Target == AttackTargetClass.Given)
        {
            throw new ArgumentException("evaluation: an attack towards given classes has nobody who gives them; use next or leastLikely");
        }
    }
}

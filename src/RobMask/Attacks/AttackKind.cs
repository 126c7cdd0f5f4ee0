namespace RobMask.Attacks;

/// <summary>Which attack searches the ball.</summary>
public enum AttackKind
{
    /// <summary>One step of length ε from the image (Goodfellow et al. 2015; in L2 the fast gradient method).</summary>
    Fgsm,

    /// <summary>A random step of part of ε along signs of normal numbers, then one gradient step of the rest (Tramèr et al. 2018).</summary>
    RandomFgsm,

    /// <summary>Projected gradient ascent (Madry et al. 2018).</summary>
    Pgd,
}

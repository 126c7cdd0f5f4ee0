namespace RobMask.Attacks;

/// <summary>The norm whose ball bounds a perturbation.</summary>
public enum AttackNorm
{
    /// <summary>The greatest change of a pixel.</summary>
    Linf,

    /// <summary>The Euclidean length of the change.</summary>
    L2,
}

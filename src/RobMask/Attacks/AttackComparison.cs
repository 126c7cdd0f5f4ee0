namespace RobMask.Attacks;

/// <summary>Which of two points of an attack is worse for the network.</summary>
public enum AttackComparison
{
    /// <summary>Fooling beats not fooling, then the larger loss: an image is robust only if every compared point is classified right.</summary>
    Fooling,

    /// <summary>
    /// The larger loss alone, as in the code of Wong, Rice and Kolter (2020) and others. A point that fools the network may
    /// lose to one that does not but has the larger loss, so robust accuracy comes out higher by some tenths of a percent.
    /// </summary>
    Loss,
}

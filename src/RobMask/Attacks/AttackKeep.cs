namespace RobMask.Attacks;

/// <summary>Which point of a run of projected gradient ascent is returned.</summary>
public enum AttackKeep
{
    /// <summary>The last point. It is the usual choice in training and costs no extra forward pass.</summary>
    Last,

    /// <summary>The worst point for the network on the way: fooling beats not fooling, then the larger loss.</summary>
    Best,

    /// <summary>The first point that fools the network, where the run stops for that image, else the last (the code of Wong, Rice and Kolter 2020).</summary>
    First,
}

namespace RobMask.Attacks;

/// <summary>Where projected gradient ascent begins.</summary>
public enum AttackStart
{
    /// <summary>A uniform point of the ball, then the box (Madry et al. 2018). In L2: a random direction and a uniform length.</summary>
    Uniform,

    /// <summary>The clean image.</summary>
    Clean,

    /// <summary>x + 0.001·N(0, 1), outside the ball and the box at most until the first step (the code of TRADES).</summary>
    Normal,
}

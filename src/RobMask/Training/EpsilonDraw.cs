namespace RobMask.Training;

/// <summary>How RobMask chooses the radius of each training image's perturbation.</summary>
public enum EpsilonDraw
{
    /// <summary>Uniformly from (0, ε_max], for each image.</summary>
    Uniform,

    /// <summary>ε_max for all.</summary>
    Fixed,
}

namespace RobMask.Training;

/// <summary>How the learning rate moves.</summary>
public enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It is multiplied by a factor at each milestone.</summary>
    Step,

    /// <summary>Half a cosine from the rate to 0, every iteration.</summary>
    Cosine,

    /// <summary>A straight line from 0 to the rate and another down to 0, every iteration (as in Wong et al. 2020).</summary>
    Cyclic,
}

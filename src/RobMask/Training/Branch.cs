namespace RobMask.Training;

/// <summary>Which mask and statistics of a network that was trained with two are used.</summary>
public enum Branch
{
    /// <summary>Those of the clean images: what is deployed.</summary>
    Clean,

    /// <summary>Those of the attacked images. The same as <see cref="Clean"/> where the method has one of each.</summary>
    Adversarial,
}

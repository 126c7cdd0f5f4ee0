namespace RobMask.Ops;

/// <summary>What becomes of the losses of the images of a batch.</summary>
public enum Reduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They stay one value an image.</summary>
    None,
}

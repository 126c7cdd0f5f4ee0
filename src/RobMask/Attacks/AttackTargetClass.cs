namespace RobMask.Attacks;

/// <summary>Whether an attack wants a wrong class or a certain class, and which.</summary>
public enum AttackTargetClass
{
    /// <summary>Any class but the label.</summary>
    None,

    /// <summary>The class of the smallest logit at the clean image, of all but the label; the first of equals.</summary>
    LeastLikely,

    /// <summary>The label + 1, from the last class to the first.</summary>
    Next,

    /// <summary>Classes that the caller gives.</summary>
    Given,
}

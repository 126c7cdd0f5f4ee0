namespace RobMask.Verification.Audits;

/// <summary>What an audit says of a check, a step or a run; the later, the worse.</summary>
public enum AuditVerdict
{
    /// <summary>What must be so to the bit, or lies within a proven bound, is so.</summary>
    Kept,

    /// <summary>No bound is proven; it is as near to the value as rounding gets.</summary>
    WithinNoise,

    /// <summary>Something that the check needs is not there.</summary>
    NotChecked,

    /// <summary>Beyond the noise of the declared arithmetic, within that of a less precise one.</summary>
    Explained,

    /// <summary>Beyond the noise of every arithmetic.</summary>
    Beyond,

    /// <summary>What must be so is not.</summary>
    Wrong,
}

namespace RobMask.Verification.Verdicts;

/// <summary>How much is said of an operation.</summary>
public sealed record JudgeOptions
{
    /// <summary>Compute profile fma1's float bits and count the elements that have them; costs one run of the operation.</summary>
    public bool Bits { get; init; } = true;

    /// <summary>Look for a cause where an output is wrong, or right only in a less precise model; costs some runs in double.</summary>
    public bool Causes { get; init; } = true;

    /// <summary>Keep maps of the errors and the operands of the worst elements, for a page.</summary>
    public bool Details { get; init; }
}

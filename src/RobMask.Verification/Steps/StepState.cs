namespace RobMask.Verification.Steps;

/// <summary>How a step of a script ended.</summary>
public enum StepState
{
    /// <summary>Exit code 0.</summary>
    Passed,

    /// <summary>Left out on purpose; the reason is given. It does not count against the whole.</summary>
    Skipped,

    /// <summary>The program has no such part yet.</summary>
    Missing,

    /// <summary>Not begun: the time was up, or the script was interrupted.</summary>
    NotRun,

    /// <summary>Begun and not ended: the script was killed, or interrupted.</summary>
    Interrupted,

    /// <summary>Longer than its limit.</summary>
    TimedOut,

    /// <summary>Another exit code.</summary>
    Failed,
}

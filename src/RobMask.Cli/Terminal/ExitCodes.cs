namespace RobMask.Cli.Terminal;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>A check failed: a required accuracy was missed, or a training diverged.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Data or files are missing, malformed, or cannot be written.</summary>
    public const int Files = 3;

    /// <summary>Something happened that nobody foresaw: EX_SOFTWARE of sysexits.h.</summary>
    public const int Defect = 70;

    /// <summary>Interrupted; checkpoints stand.</summary>
    public const int Interrupted = 130;
}

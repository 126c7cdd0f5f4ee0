namespace RobMask.Verification.Checks;

/// <summary>A backend says that it could not compute a request that it should have been able to compute: a failed case, not a broken backend.</summary>
public sealed class OperationFailedException : Exception
{
    /// <summary>Says what the backend said.</summary>
    public OperationFailedException(string message)
        : base(message)
    {
    }
}

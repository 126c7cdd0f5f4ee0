namespace RobMask.Verification.Checks;

/// <summary>A backend broke the protocol: it died, hung, or said or wrote what nobody asked for. Nothing is said of its numbers.</summary>
public sealed class BackendException : IOException
{
    /// <summary>Says what happened.</summary>
    public BackendException(string message)
        : base(message)
    {
    }

    /// <summary>Says what happened, and why.</summary>
    public BackendException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

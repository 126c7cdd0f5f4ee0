namespace RobMask.Training;

/// <summary>The loss became NaN or infinite, so that nothing sensible can follow. The checkpoint of the last epoch stands.</summary>
public sealed class DivergedException : Exception
{
    /// <summary>Says nothing.</summary>
    public DivergedException()
    {
    }

    /// <summary>Says where.</summary>
    public DivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Says where and why.</summary>
    public DivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

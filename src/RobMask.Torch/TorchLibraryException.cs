namespace RobMask.Torch;

/// <summary>libtorch does not load; the message says what was tried, what the dynamic linker said and what helps.</summary>
public sealed class TorchLibraryException : Exception
{
    /// <summary>Makes the exception.</summary>
    public TorchLibraryException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public TorchLibraryException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public TorchLibraryException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

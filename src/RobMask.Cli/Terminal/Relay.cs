namespace RobMask.Cli.Terminal;

/// <summary>Reports on the caller's own thread, in order; <see cref="Progress{T}"/> would post to another.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}

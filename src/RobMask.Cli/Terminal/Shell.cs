namespace RobMask.Cli.Terminal;

/// <summary>Where a verb writes, and what can interrupt it.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Messages.</param>
/// <param name="Interactive">True where a person watches a terminal.</param>
/// <param name="Cancellation">Ctrl-C.</param>
internal sealed record Shell(TextWriter Output, TextWriter Error, bool Interactive, CancellationToken Cancellation);

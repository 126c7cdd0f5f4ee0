namespace RobMask.Bench.Contests;

/// <summary>Something that is timed.</summary>
/// <param name="Work">What the clock sees.</param>
internal sealed record Contestant(Action Work)
{
    /// <summary>About how long a run takes, where that is known: then no run is spent on finding out.</summary>
    public double? KnownSeconds { get; init; }

    /// <summary>What must be done before each <see cref="Work"/>, off the clock.</summary>
    public Action Before { get; init; } = static () => { };

    /// <summary>What must be done after each <see cref="Work"/>, off the clock.</summary>
    public Action After { get; init; } = static () => { };
}

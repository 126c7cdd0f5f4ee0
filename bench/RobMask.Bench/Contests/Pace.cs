namespace RobMask.Bench.Contests;

/// <summary>How long a contest goes on.</summary>
/// <param name="Rounds">Calm rounds to run.</param>
/// <param name="LeastRounds">Rounds to run even where they last longer than <paramref name="Seconds"/>.</param>
/// <param name="Seconds">No further round begins after these.</param>
internal sealed record Pace(int Rounds, int LeastRounds, double Seconds)
{
    /// <summary>
    /// Count the processor time instead of the elapsed: with one thread both are one on a quiet machine, and on a busy one
    /// only the first tells. With several threads it would count those that wait for one another.
    /// </summary>
    public bool ProcessorTime { get; init; }
}

namespace RobMask.Bench.Contests;

/// <summary>How long a contest goes on.</summary>
/// <param name="Rounds">Calm rounds to run.</param>
/// <param name="LeastRounds">Rounds to run even where they last longer than <paramref name="Seconds"/>.</param>
/// <param name="Seconds">No further round begins after these.</param>
internal sealed record Pace(int Rounds, int LeastRounds, double Seconds);

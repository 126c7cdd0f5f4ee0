namespace RobMask.Bench.Contests;

/// <summary>What a contest measured.</summary>
/// <param name="Timings">Of each contestant.</param>
/// <param name="OthersShare">The share of all processors that other processes took in the rounds that count: above a few percent the times are not to be trusted.</param>
internal sealed record ContestResult(IReadOnlyList<Timings> Timings, double OthersShare);

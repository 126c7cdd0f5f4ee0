namespace RobMask.Bench.Contests;

/// <summary>One measurement of one contestant.</summary>
/// <param name="Seconds">Elapsed.</param>
/// <param name="ProcessorSeconds">Of all its threads, waiting ones that spin too.</param>
internal readonly record struct Sample(double Seconds, double ProcessorSeconds);

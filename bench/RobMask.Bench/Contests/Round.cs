using System.Diagnostics;
using RobMask.Bench.Machine;

namespace RobMask.Bench.Contests;

/// <summary>One measurement of every contestant, in turn.</summary>
/// <param name="Samples">Of each contestant.</param>
/// <param name="OthersShare">The share of all processors that other processes took meanwhile; 0 where the system does not say.</param>
internal sealed record Round(IReadOnlyList<Sample> Samples, double OthersShare)
{
    // The system counts in ticks of 10 ms, so less than this cannot be told from nothing in a short round.
    private const double Calm = 0.08;

    /// <summary>Whether this process had the machine almost to itself.</summary>
    public bool IsCalm => OthersShare < Calm;

    /// <summary>The same with processor time in the place of elapsed time, which others do not lengthen.</summary>
    public Round InProcessorTime() => new([.. Samples.Select(sample => sample with { Seconds = sample.ProcessorSeconds })], 0);

    public static Round Run(Func<IReadOnlyList<Sample>> turns)
    {
        double busy = SystemFigures.BusySeconds;
        double own = Environment.CpuUsage.TotalTime.TotalSeconds;
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Sample> samples = turns();
        double others = SystemFigures.BusySeconds - busy - (Environment.CpuUsage.TotalTime.TotalSeconds - own);
        double share = others / (Stopwatch.GetElapsedTime(start).TotalSeconds * Environment.ProcessorCount);
        return new Round(samples, double.IsNaN(share) ? 0 : Math.Clamp(share, 0, 1));
    }
}

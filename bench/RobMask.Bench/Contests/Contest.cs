using System.Diagnostics;
using RobMask.Bench.Machine;

namespace RobMask.Bench.Contests;

/// <summary>Times contestants in turn (A B A B …), so that a slow spell of the machine falls on all of them.</summary>
/// <remarks>
/// A sample of short work is the mean of as many repetitions as take 30 ms. When the turn passes, the threads of the one
/// before still spin for some milliseconds (libgomp's, by its default) and would take a processor from the next: so short
/// work first runs off the clock, and before long work there is a pause.
/// </remarks>
internal static class Contest
{
    private const double SampleSeconds = 0.03;
    private const double SettleSeconds = 0.02;
    private const double FirstWarmUpSeconds = 2;
    private const double WarmUpSeconds = 0.3;
    private const double Long = 0.3;
    private const int MostRepetitions = 300;
    private static bool _isFirst = true;

    /// <summary>Runs the rounds.</summary>
    /// <param name="pace">How long.</param>
    /// <param name="contestants">Who.</param>
    public static ContestResult Run(Pace pace, params IReadOnlyList<Contestant> contestants)
    {
        double warmUpSeconds = _isFirst ? FirstWarmUpSeconds : WarmUpSeconds;
        _isFirst = false;
        double[] estimates = [.. contestants.Select(contestant => Estimate(contestant, warmUpSeconds))];
        Timings[] timings = [.. contestants.Select(_ => new Timings())];
        double busy = SystemFigures.BusySeconds;
        double own = Environment.CpuUsage.TotalTime.TotalSeconds;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < pace.Rounds && (round < pace.LeastRounds || Stopwatch.GetElapsedTime(start).TotalSeconds < pace.Seconds); round++)
        {
            for (int i = 0; i < contestants.Count; i++)
            {
                Sample(contestants[i], estimates[i], timings[i]);
            }
        }

        double others = SystemFigures.BusySeconds - busy - (Environment.CpuUsage.TotalTime.TotalSeconds - own);
        double available = Stopwatch.GetElapsedTime(start).TotalSeconds * Environment.ProcessorCount;
        return new ContestResult(timings, Math.Clamp(others / available, 0, 1));
    }

    /// <summary>Seconds of a run once warm: the runtime compiles what is called often anew, in the background, while it runs.</summary>
    private static double Estimate(Contestant contestant, double warmUpSeconds)
    {
        if (contestant.KnownSeconds > warmUpSeconds)
        {
            return contestant.KnownSeconds.Value;
        }

        long start = Stopwatch.GetTimestamp();
        double seconds;
        do
        {
            seconds = Once(contestant).Seconds;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < warmUpSeconds);
        return seconds;
    }

    private static void Sample(Contestant contestant, double estimate, Timings timings)
    {
        int repetitions = (int)Math.Clamp(Math.Ceiling(SampleSeconds / estimate), 1, MostRepetitions);
        if (estimate > Long)
        {
            Thread.Sleep(TimeSpan.FromSeconds(SettleSeconds));
        }
        else
        {
            long start = Stopwatch.GetTimestamp();
            do
            {
                Once(contestant);
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < SettleSeconds);
        }

        double seconds = 0;
        double processor = 0;
        for (int i = 0; i < repetitions; i++)
        {
            (double elapsed, double used) = Once(contestant);
            seconds += elapsed;
            processor += used;
        }

        timings.Add(seconds / repetitions, processor / repetitions);
    }

    private static (double Seconds, double Processor) Once(Contestant contestant)
    {
        contestant.Before();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        contestant.Work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        contestant.After();
        return (seconds, processor);
    }
}

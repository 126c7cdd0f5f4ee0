using System.Diagnostics;

namespace RobMask.Bench.Contests;

/// <summary>Times contestants in turn (A B A B …), so that a slow spell of the machine falls on all of them.</summary>
/// <remarks>
/// A sample of short work is the mean of as many repetitions as take 30 ms. When the turn passes, the threads of the one
/// before still spin for some milliseconds (libgomp's, by its default) and would take a processor from the next: so short
/// work first runs off the clock, and before long work there is a pause. Rounds in which other processes took part of the
/// processors are left out, by that share and never by the times, as long as enough calm ones come.
/// </remarks>
internal static class Contest
{
    private const double SampleSeconds = 0.03;
    private const double SettleSeconds = 0.02;
    private const double FirstWarmUpSeconds = 2;
    private const double WarmUpSeconds = 0.3;
    private const double Long = 0.3;
    private const int MostRepetitions = 300;
    private const int MostRoundsForOne = 3;
    private static bool _isFirst = true;

    /// <summary>Runs the rounds.</summary>
    /// <param name="pace">How long.</param>
    /// <param name="contestants">Who.</param>
    public static ContestResult Run(Pace pace, params IReadOnlyList<Contestant> contestants)
    {
        double warmUpSeconds = _isFirst ? FirstWarmUpSeconds : WarmUpSeconds;
        _isFirst = false;
        double[] estimates = [.. contestants.Select(contestant => Estimate(contestant, warmUpSeconds))];
        List<Round> rounds = [];
        long start = Stopwatch.GetTimestamp();
        while (rounds.Count(round => round.IsCalm) < pace.Rounds
            && rounds.Count < pace.Rounds * MostRoundsForOne
            && (rounds.Count < pace.LeastRounds || Stopwatch.GetElapsedTime(start).TotalSeconds < pace.Seconds))
        {
            Round round = Round.Run(() => [.. contestants.Zip(estimates, Sample)]);
            rounds.Add(pace.ProcessorTime ? round.InProcessorTime() : round);
        }

        Round[] counted = [.. rounds.Where(round => round.IsCalm)];
        if (counted.Length < pace.LeastRounds)
        {
            counted = [.. rounds.OrderBy(round => round.OthersShare).Take(pace.LeastRounds)];
        }

        return new ContestResult([.. contestants.Select((_, i) => new Timings(counted.Select(round => round.Samples[i])))], counted.Average(round => round.OthersShare));
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

    private static Sample Sample(Contestant contestant, double estimate)
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

        Sample sum = new(0, 0);
        for (int i = 0; i < repetitions; i++)
        {
            Sample once = Once(contestant);
            sum = new Sample(sum.Seconds + once.Seconds, sum.ProcessorSeconds + once.ProcessorSeconds);
        }

        return new Sample(sum.Seconds / repetitions, sum.ProcessorSeconds / repetitions);
    }

    private static Sample Once(Contestant contestant)
    {
        contestant.Before();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        contestant.Work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        contestant.After();
        return new Sample(seconds, processor);
    }
}

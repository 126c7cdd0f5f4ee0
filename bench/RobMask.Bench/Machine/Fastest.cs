using System.Diagnostics;
using RobMask.Bench.Contests;

namespace RobMask.Bench.Machine;

/// <summary>The least time of a piece of work: what it takes when nothing disturbs it.</summary>
internal static class Fastest
{
    private const double WindowSeconds = 0.3;
    private const int MostWindows = 12;

    /// <summary>Repeats the work for a while, and on while other processes take part of the machine.</summary>
    public static double Seconds(Action work)
    {
        double least = double.MaxValue;
        for (int window = 0; window < MostWindows; window++)
        {
            Round round = Round.Run(() =>
            {
                long begin = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(begin).TotalSeconds < WindowSeconds)
                {
                    long start = Stopwatch.GetTimestamp();
                    work();
                    least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
                }

                return [];
            });
            if (round.IsCalm)
            {
                break;
            }
        }

        return least;
    }
}

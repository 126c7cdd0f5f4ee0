using MathNet.Numerics.Distributions;

namespace RobMask.Experiments.Statistics;

/// <summary>The exact confidence interval of Clopper and Pearson for a proportion.</summary>
/// <remarks>
/// With x successes of n and level 1 − a the ends are the quantiles a/2 of Beta(x, n − x + 1) and 1 − a/2 of
/// Beta(x + 1, n − x); 0 where x = 0 and 1 where x = n (Clopper and Pearson, Biometrika 26, 1934). Its coverage is never below
/// the level, whatever the true proportion.
/// </remarks>
public static class BinomialInterval
{
    /// <summary>The interval for <paramref name="successes"/> of <paramref name="trials"/>.</summary>
    /// <param name="successes">0 ≤ x ≤ n.</param>
    /// <param name="trials">n ≥ 1.</param>
    /// <param name="level">The confidence, between 0 and 1.</param>
    public static Interval ClopperPearson(int successes, int trials, double level = 0.95)
    {
        if (trials < 1 || successes < 0 || successes > trials)
        {
            throw new ArgumentException($"Clopper-Pearson interval: {successes} successes of {trials} trials", nameof(successes));
        }

        if (!(level > 0 && level < 1))
        {
            throw new ArgumentException($"Clopper-Pearson interval: the level {level} does not lie between 0 and 1", nameof(level));
        }

        double tail = (1 - level) / 2;
        double low = successes == 0 ? 0 : Beta.InvCDF(successes, trials - successes + 1, tail);
        double high = successes == trials ? 1 : Beta.InvCDF(successes + 1, trials - successes, 1 - tail);
        return new Interval(low, high);
    }
}

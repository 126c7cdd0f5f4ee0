using MathNet.Numerics.Distributions;
using RobMask.Experiments.Statistics;
using Xunit;

namespace RobMask.Tests.Experiments;

public sealed class BinomialIntervalTests
{
    // Published: 8 of 10 and 0 of 20 (the «rule of three» example, 1 − 0.025^(1/20)) in any table of exact intervals;
    // 81 of 263 and 1 of 29 from Newcombe, Statistics in Medicine 17 (1998), table I, method 5.
    [Theory]
    [InlineData(8, 10, 0.4439, 0.9748)]
    [InlineData(0, 20, 0, 0.1684)]
    [InlineData(20, 20, 0.8316, 1)]
    [InlineData(81, 263, 0.2527, 0.3676)]
    [InlineData(1, 29, 0.0009, 0.1776)]
    public void Interval_of_published_examples(int successes, int trials, double low, double high)
    {
        Interval interval = BinomialInterval.ClopperPearson(successes, trials);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Theory]
    [InlineData(3, 17)]
    [InlineData(500, 1000)]
    [InlineData(9850, 10000)]
    public void Each_end_leaves_a_binomial_tail_of_one_fortieth(int successes, int trials)
    {
        // The definition: at the lower end, P(X ≥ x) = 0.025; at the upper, P(X ≤ x) = 0.025.
        // 1e-8: the accuracy to which MathNet inverts the incomplete beta function.
        Interval interval = BinomialInterval.ClopperPearson(successes, trials);
        Assert.Equal(0.025, 1 - Binomial.CDF(interval.Low, trials, successes - 1), 8);
        Assert.Equal(0.025, Binomial.CDF(interval.High, trials, successes), 8);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(11, 10)]
    [InlineData(0, 0)]
    public void Impossible_counts_are_refused(int successes, int trials) =>
        Assert.Contains($"{successes} successes of {trials} trials", Assert.Throws<ArgumentException>(() => BinomialInterval.ClopperPearson(successes, trials)).Message, StringComparison.Ordinal);
}

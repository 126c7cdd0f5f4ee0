using RobMask.Experiments.Statistics;
using Xunit;

namespace RobMask.Tests.Experiments;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Interval_is_that_of_the_normal_approximation_where_it_holds()
    {
        // 1000 images: left right on 800, right on 700, both on 650: differences +1 on 150, −1 on 50, 0 elsewhere.
        bool[] left = [.. Enumerable.Range(0, 1000).Select(n => n < 800)];
        bool[] right = [.. Enumerable.Range(0, 1000).Select(n => n is < 650 or >= 800 and < 850)];
        (double mean, Interval interval) = PairedBootstrap.Difference([left], [right], seed: 3);

        Assert.Equal(0.1, mean, 12);
        double deviation = Math.Sqrt((0.2 - 0.01) / 1000);

        // 4000 resamples leave the quantiles an error of about 0.06 deviations; 0.2 allows for three of them.
        Assert.InRange(interval.Low, 0.1 - (2.16 * deviation), 0.1 - (1.76 * deviation));
        Assert.InRange(interval.High, 0.1 + (1.76 * deviation), 0.1 + (2.16 * deviation));
    }

    [Fact]
    public void Pairing_removes_what_both_have_in_common()
    {
        bool[] both = [.. Enumerable.Range(0, 500).Select(n => n % 3 == 0)];
        (double mean, Interval interval) = PairedBootstrap.Difference([both, both], [both, both], seed: 0);
        Assert.Equal((0, new Interval(0, 0)), (mean, interval));
    }

    [Fact]
    public void Swapping_sides_mirrors_the_interval()
    {
        bool[] left = [.. Enumerable.Range(0, 300).Select(n => n % 5 != 0)];
        bool[] right = [.. Enumerable.Range(0, 300).Select(n => n % 4 != 0)];
        (double mean, Interval interval) = PairedBootstrap.Difference([left], [right], seed: 7);
        (double mirrored, Interval mirror) = PairedBootstrap.Difference([right], [left], seed: 7);
        Assert.Equal((-mean, -interval.High, -interval.Low), (mirrored, mirror.Low, mirror.High));
    }

    [Fact]
    public void Seeds_that_disagree_widen_the_interval()
    {
        bool[] always = [.. Enumerable.Repeat(true, 200)];
        bool[] half = [.. Enumerable.Range(0, 200).Select(n => n % 2 == 0)];
        (_, Interval one) = PairedBootstrap.Difference([always], [half], seed: 1);
        (_, Interval several) = PairedBootstrap.Difference([always, always, always], [half, always, half], seed: 1);
        Assert.True(several.High - several.Low > 2 * (one.High - one.Low), $"{several} against {one}");
    }

    [Fact]
    public void Unequal_sides_are_refused() =>
        Assert.Contains("same images", Assert.Throws<ArgumentException>(() => PairedBootstrap.Difference([[true]], [[true, false]], 0)).Message, StringComparison.Ordinal);
}

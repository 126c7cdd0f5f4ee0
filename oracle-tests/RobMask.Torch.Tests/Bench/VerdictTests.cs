using RobMask.Bench.Comparison;
using RobMask.Bench.Contests;
using Xunit;

namespace RobMask.Torch.Tests.Bench;

public class VerdictTests
{
    private static readonly Requirement _speed = new("speed", 1, 1.5);
    private static readonly Requirement _memory = new("memory", 1, 0.7, AtLeast: false);

    [Theory]
    [InlineData(0.99, "MISSED")]
    [InlineData(1.0, "met")]
    [InlineData(1.49, "met")]
    [InlineData(1.5, "aim reached")]
    public void At_least(double measured, string outcome) => Assert.Equal(outcome, new Verdict(_speed, measured).Outcome);

    [Theory]
    [InlineData(1.01, "MISSED")]
    [InlineData(1.0, "met")]
    [InlineData(0.7, "aim reached")]
    public void At_most(double measured, string outcome) => Assert.Equal(outcome, new Verdict(_memory, measured).Outcome);

    [Fact]
    public void What_was_disturbed_or_not_measured_is_not_judged()
    {
        Assert.Equal("disturbed", new Verdict(_speed, 9, IsDisturbed: true).Outcome);
        Assert.Equal("not measured", new Verdict(_speed, null).Outcome);
    }

    [Fact]
    public void Speed_is_the_median_of_the_ratios_within_rounds()
    {
        // The second round is slow for both: it must not count as a slow contestant.
        Timings ours = new([new Sample(1, 0), new Sample(10, 0), new Sample(2, 0)]);
        Timings theirs = new([new Sample(2, 0), new Sample(20, 0), new Sample(2, 0)]);

        Assert.Equal(2, ours.SpeedOver(theirs));
        Assert.Equal(2, ours.Median);
    }
}

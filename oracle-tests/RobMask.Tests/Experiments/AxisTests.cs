using RobMask.Experiments.Reporting;
using Xunit;

namespace RobMask.Tests.Experiments;

public sealed class AxisTests
{
    [Fact]
    public void Percent_axis_has_round_ticks()
    {
        Axis axis = Axis.Fraction("accuracy");
        Assert.Equal(["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"], axis.Ticks().Select(axis.Format));
    }

    [Theory]
    [InlineData(0.123, 0.457)]
    [InlineData(-3, 12)]
    [InlineData(1e-4, 3e-4)]
    [InlineData(5, 5)]
    [InlineData(0, 12345)]
    public void Ticks_are_few_distinct_and_inside(double low, double high)
    {
        Axis axis = Axis.Around("x", [low, high]);
        string[] labels = [.. axis.Ticks().Select(axis.Format)];
        Assert.InRange(labels.Length, 2, 9);
        Assert.Equal(labels.Length, labels.Distinct().Count());
        Assert.All(axis.Ticks(), tick => Assert.InRange(tick, axis.Low - 1e-9, axis.High + 1e-9));
        Assert.True(axis.Low <= low && high <= axis.High);
    }
}

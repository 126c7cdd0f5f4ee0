using RobMask.Numerics;
using Xunit;

namespace RobMask.Tests.Numerics;

public sealed class LaneSumTests
{
    public static TheoryData<int> Lengths => [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1023, 1024, 1025];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Sums_have_the_bits_of_the_written_order(int length)
    {
        float[] x = TestTensors.Normal<float>(1, Math.Max(1, length)).Span[..length].ToArray();
        float[] y = TestTensors.Normal<float>(2, Math.Max(1, length)).Span[..length].ToArray();
        double[] wideX = [.. x.Select(value => value * 1.1)];
        double[] wideY = [.. y.Select(value => value / 0.7)];
        Assert.Equal(Plain(length, i => x[i]), LaneSum.Sum<float>(x));
        Assert.Equal(Plain(length, i => (double)x[i] * y[i]), LaneSum.Dot<float>(x, y));
        Assert.Equal(Plain(length, i => (double)x[i] * x[i]), LaneSum.SumOfSquares<float>(x));
        Assert.Equal(Plain(length, i => (x[i] - 0.3) * (x[i] - 0.3)), LaneSum.SumOfSquaredDeviations<float>(x, 0.3));
        Assert.Equal(Plain(length, i => ((double)x[i] - y[i]) * ((double)x[i] - y[i])), LaneSum.SumOfSquaredDifferences<float>(x, y));
        Assert.Equal(Plain(length, i => wideX[i]), LaneSum.Sum<double>(wideX));
        Assert.Equal(Plain(length, i => wideX[i] * wideY[i]), LaneSum.Dot<double>(wideX, wideY));
        Assert.Equal(Plain(length, i => (wideX[i] - wideY[i]) * (wideX[i] - wideY[i])), LaneSum.SumOfSquaredDifferences<double>(wideX, wideY));
    }

    [Fact]
    public void A_sum_of_nothing_or_of_negative_zeros_is_positive_zero()
    {
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(LaneSum.Sum<float>([])));
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(LaneSum.Sum<float>(Enumerable.Repeat(-0f, 70).ToArray())));
    }

    [Fact]
    public void NaN_and_infinity_go_through()
    {
        float[] x = new float[100];
        x[97] = float.PositiveInfinity;
        Assert.Equal(double.PositiveInfinity, LaneSum.Sum<float>(x));
        x[3] = float.NegativeInfinity;
        Assert.True(double.IsNaN(LaneSum.Sum<float>(x)));
    }

    [Fact]
    public void Merged_moments_are_those_of_all_values()
    {
        // 13 parts of 7 values about 1000: a one-pass variance would lose 6 digits here.
        double[] values = [.. TestTensors.Normal<double>(4, 91).Span.ToArray().Select(value => 1000 + value)];
        double[] means = new double[13];
        double[] deviations = new double[13];
        for (int n = 0; n < 13; n++)
        {
            double[] part = values[(7 * n)..((7 * n) + 7)];
            means[n] = part.Average();
            deviations[n] = part.Sum(value => (value - part.Average()) * (value - part.Average()));
        }

        Moments.Merge(means, deviations, 1, 7);
        Assert.Equal(values.Average(), means[0], 1e-12);
        Assert.Equal(values.Sum(value => (value - values.Average()) * (value - values.Average())), deviations[0], 1e-9);
    }

    [Fact]
    public void The_tree_adds_neighbours_first_in_every_channel_alike()
    {
        // ((1 + 2⁻⁵³) + 2⁻⁵³) would lose both halves; (1 + 2⁻⁵³) + (2⁻⁵³ + 2⁻⁵³) keeps one unit.
        double half = Math.ScaleB(1, -53);
        double[] rows = [1, 8, half, 4, half, 2, half, 1];
        Moments.Sum(rows, 2);
        Assert.Equal([1 + (2 * half), 15], rows[..2]);
        rows = [1, half, half];
        Moments.Sum(rows, 1);
        Assert.Equal(1, rows[0]);
    }

    private static double Plain(int length, Func<int, double> term)
    {
        double[] lanes = new double[32];
        for (int i = 0; i < length; i++)
        {
            lanes[i % 32] += term(i);
        }

        for (int half = 16; half > 0; half /= 2)
        {
            for (int j = 0; j < half; j++)
            {
                lanes[j] += lanes[j + half];
            }
        }

        return lanes[0];
    }
}

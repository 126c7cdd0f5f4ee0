using RobMask.Numerics;
using RobMask.Ops;

namespace RobMask.Verification.Bounds;

/// <summary>Mean, variance and 1/√(v + ε) of every channel, with what float implementations may make of them.</summary>
/// <remarks>
/// Theorems N1 to N3 of <c>docs/bounds.md</c>: sums in any order, two passes or Welford's updates and merges. One pass, E[x²] − μ², is not covered:
/// its error grows with μ²/v. With q = √(v + μ²) and m values: mean (m + 4·log₂m + 8)·u·q; variance, Welford's being the larger, (m + 6)·u·v + (1.5·m + 16·(1 + log₂m))·u·√v·q.
/// </remarks>
internal sealed class ChannelStatistics
{
    private const double Subnormal = 4 * (double)float.Epsilon;

    private ChannelStatistics(int channels)
    {
        Mean = new Approximate[channels];
        Variance = new Approximate[channels];
        Reciprocal = new Approximate[channels];
    }

    /// <summary>μ.</summary>
    public Approximate[] Mean { get; }

    /// <summary>v, biased.</summary>
    public Approximate[] Variance { get; }

    /// <summary>r = 1/√(v + ε).</summary>
    public Approximate[] Reciprocal { get; }

    /// <summary>What a call asks for: the batch's statistics, or the running ones.</summary>
    public static ChannelStatistics Of(BoundCall call, BoundedTensor input)
    {
        Planes planes = Planes.Of("normalise C1", nameof(input), input.Shape);
        ChannelStatistics statistics = new(planes.Channels);
        Approximate epsilon = Roundings.Setting(call.Number("eps"));
        if (call.Flag("training"))
        {
            statistics.Measure(input, planes);
        }
        else
        {
            for (int c = 0; c < planes.Channels; c++)
            {
                statistics.Mean[c] = call.Input("running_mean")[c];
                statistics.Variance[c] = call.Input("running_var")[c];
            }
        }

        for (int c = 0; c < planes.Channels; c++)
        {
            statistics.Reciprocal[c] = Reciprocals(statistics.Variance[c], epsilon, call.Flag("training"));
        }

        return statistics;
    }

    private static Approximate Reciprocals(Approximate variance, Approximate epsilon, bool isMeasured)
    {
        if (variance.IsUnknown)
        {
            return Approximate.Unknown;
        }

        if (!double.IsFinite(variance.Value) || !isMeasured)
        {
            return (1 / Approximate.Sqrt((variance + epsilon).Rounded())).Evaluated();
        }

        // No implementation covered here gives a negative variance, so that ε keeps 1/√(v + ε) finite where v is all rounding error.
        double value = 1 / Math.Sqrt(variance.Value + epsilon.Value);
        double least = 1 / Math.Sqrt(variance.Value + variance.Error + epsilon.Value + epsilon.Error);
        double low = Math.Max(0, variance.Value - variance.Error) + epsilon.Value - epsilon.Error;
        double error = low > 0 ? Math.Max((1 / Math.Sqrt(low)) - value, value - least) : double.PositiveInfinity;

        // v + ε is rounded, which is half a rounding of r; then a reciprocal square root within 2 ulp, or a root and a quotient.
        return double.IsFinite(value) ? new Approximate(value, error).Rounded(4.6) : new Approximate(value, double.PositiveInfinity);
    }

    private void Measure(BoundedTensor input, Planes planes)
    {
        double m = planes.PerChannel;
        if (m < 2)
        {
            throw new ArgumentException($"normalise C3: {input.Shape} has {m} values in a channel; the statistics of a batch need at least 2", nameof(input));
        }

        for (int c = 0; c < planes.Channels; c++)
        {
            double sum = 0;
            double boundSum = 0;
            double boundSquares = 0;
            for (int n = 0; n < planes.Images; n++)
            {
                sum += LaneSum.Sum<double>(input.Value.Span.Slice(planes.Start(n, c), planes.Length));
                if (input.Bound is not null)
                {
                    ReadOnlySpan<double> bounds = input.Bound.Span.Slice(planes.Start(n, c), planes.Length);
                    boundSum += LaneSum.Sum(bounds);
                    boundSquares += LaneSum.SumOfSquares(bounds);
                }
            }

            double mean = sum / m;
            double squares = 0;
            for (int n = 0; n < planes.Images; n++)
            {
                squares += LaneSum.SumOfSquaredDeviations<double>(input.Value.Span.Slice(planes.Start(n, c), planes.Length), mean);
            }

            if (!(boundSquares < double.PositiveInfinity))
            {
                (Mean[c], Variance[c]) = (Approximate.Unknown, Approximate.Unknown);
            }
            else if (!double.IsFinite(squares))
            {
                // With an infinity among the values the mean is infinite or NaN; the variance is NaN by every formula.
                (Mean[c], Variance[c]) = (new Approximate(mean, HasNaN(input, planes, c) ? 0 : double.PositiveInfinity), new Approximate(double.NaN));
            }
            else
            {
                (Mean[c], Variance[c]) = Bounds(m, mean, squares / m, boundSum / m, Math.Sqrt(boundSquares / m));
            }
        }
    }

    // known: the mean of the input's bounds; spread: their root mean square, by which no deviation from the mean changes more in that norm.
    private static (Approximate Mean, Approximate Variance) Bounds(double m, double mean, double variance, double known, double spread)
    {
        const double u = ArithmeticModel.Unit;
        double logarithm = Math.Log2(m);
        double deviation = Math.Sqrt(variance) + spread;
        double size = Math.Sqrt(variance + (mean * mean)) + spread;
        double meanRounding = (Gamma(m + (4 * logarithm) + 8) * size) + Subnormal;
        double v = deviation * deviation;
        double carried = v - variance;
        double twoPasses = (Gamma(m + 4) * (1 + Gamma(m + 4)) * (v + (meanRounding * meanRounding))) + (meanRounding * meanRounding) + (Gamma(m) * Gamma(m) * v);
        double welford = (Gamma(m + 6) * v) + (Gamma((1.5 * m) + (16 * (1 + logarithm))) * deviation * size) + ((1 + logarithm) * meanRounding * meanRounding);
        double error = carried + Math.Max(twoPasses, welford) + Subnormal;
        bool overflows = !(m * size * (1 + Gamma(m)) <= float.MaxValue);
        bool squareOverflows = !(4 * m * (v + (meanRounding * meanRounding) + error) * (1 + u) <= float.MaxValue);
        return (
            new Approximate(mean, overflows ? double.PositiveInfinity : known + meanRounding),
            new Approximate(variance, overflows || squareOverflows ? double.PositiveInfinity : error));
    }

    private static double Gamma(double n) => n * ArithmeticModel.Unit < 1 ? n * ArithmeticModel.Unit / (1 - (n * ArithmeticModel.Unit)) : double.PositiveInfinity;

    private static bool HasNaN(BoundedTensor input, Planes planes, int c)
    {
        for (int n = 0; n < planes.Images; n++)
        {
            foreach (double x in input.Value.Span.Slice(planes.Start(n, c), planes.Length))
            {
                if (double.IsNaN(x))
                {
                    return true;
                }
            }
        }

        return false;
    }
}

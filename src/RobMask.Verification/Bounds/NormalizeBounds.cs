using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of normalize and batch_norm.</summary>
/// <remarks>
/// Theorem N4 of <c>docs/bounds.md</c>. Covered: γ·(x − μ)·r + β in any order of the products, and α·x + (β − μ·α) with α = γ·r, which PyTorch computes on processors: its error grows with |μ|.
/// </remarks>
internal static class NormalizeBounds
{
    private const string Theorem = "N4, normalisation";
    private const string StatisticsTheorem = "N1–N3, means and variances";
    private const double Subnormal = 4 * (double)float.Epsilon;

    // A rounding of float with room for those of double beside it.
    private const double Unit = ArithmeticModel.Unit * (1 + 1e-6);

    public static void Normalize(BoundCall call) => Forward(call, null, null);

    public static void BatchNorm(BoundCall call) => Forward(call, call.Input("weight"), call.Input("bias"));

    private static void Forward(BoundCall call, BoundedTensor? weight, BoundedTensor? bias)
    {
        BoundedTensor input = call.Input("input");
        Planes planes = Planes.Of("normalise C1", nameof(input), input.Shape);
        ChannelStatistics statistics = ChannelStatistics.Of(call, input);
        ApproximateSpan x = input.Elements;
        ApproximateSpan y = call.Output("output", input.Shape, Theorem).Elements;
        for (int plane = 0; plane < planes.Images * planes.Channels; plane++)
        {
            int c = plane % planes.Channels;
            Channel channel = new(statistics.Mean[c], statistics.Reciprocal[c], weight is null ? 1 : weight[c], bias is null ? 0 : bias[c], weight is not null);
            for (int i = plane * planes.Length; i < (plane + 1) * planes.Length; i++)
            {
                y[i] = channel.Of(x[i]);
            }
        }

        if (call.Flag("training"))
        {
            GiveStatistics(call, statistics, planes.PerChannel);
        }
    }

    private static void GiveStatistics(BoundCall call, ChannelStatistics statistics, double m)
    {
        TensorShape channels = new(statistics.Mean.Length);
        BoundedTensor mean = call.Output("mean", channels, StatisticsTheorem);
        BoundedTensor variance = call.Output("var", channels, StatisticsTheorem);
        for (int c = 0; c < channels.Length; c++)
        {
            mean.Set(c, statistics.Mean[c]);
            variance.Set(c, statistics.Variance[c]);
        }

        if (call.InputOrNull("running_mean") is not { } runningMean || call.InputOrNull("running_var") is not { } runningVariance)
        {
            return;
        }

        BoundedTensor newMean = call.Output("running_mean", channels, StatisticsTheorem);
        BoundedTensor newVariance = call.Output("running_var", channels, StatisticsTheorem);
        Approximate momentum = Roundings.Setting(call.Number("momentum"));
        for (int c = 0; c < channels.Length; c++)
        {
            newMean.Set(c, Running(runningMean[c], statistics.Mean[c], momentum));

            // Unbiased: the sum divided by m − 1, or the variance times m/(m − 1), which is rounded itself.
            newVariance.Set(c, Running(runningVariance[c], (statistics.Variance[c] * (m / (m - 1))).Rounded(3), momentum));
        }
    }

    // (1 − momentum)·running + momentum·batch, or running + momentum·(batch − running).
    private static Approximate Running(Approximate running, Approximate batch, Approximate momentum)
    {
        Approximate weighted = (((1 - momentum).Rounded() * running).Rounded() + (momentum * batch).Rounded()).Rounded();
        Approximate moved = (running + (momentum * (batch - running).Rounded()).Rounded()).Rounded();
        return weighted.Or(moved);
    }

    /// <summary>What all elements of a channel share.</summary>
    private readonly struct Channel(Approximate mean, Approximate reciprocal, Approximate gamma, Approximate beta, bool affine)
    {
        private readonly double _scale = gamma.Value * reciprocal.Value;
        private readonly double _greatest = gamma.Magnitude * reciprocal.Magnitude;
        private readonly double _deviation = (gamma.Magnitude * reciprocal.Error) + (gamma.Error * reciprocal.Magnitude);
        private readonly double _mean = mean.Magnitude;
        private readonly double _limit = float.MaxValue / ((1 + gamma.Magnitude) * (1 + reciprocal.Magnitude));
        private readonly bool _isOrdinary = double.IsFinite(mean.Value + reciprocal.Value + gamma.Value + beta.Value) && !mean.IsUnknown && !reciprocal.IsUnknown && !gamma.IsUnknown && !beta.IsUnknown;

        public Approximate Of(Approximate x)
        {
            double d = x.Value - mean.Value;
            double y = (gamma.Value * (d * reciprocal.Value)) + beta.Value;
            double greatestX = x.Magnitude;
            if (!_isOrdinary || !(greatestX < double.PositiveInfinity))
            {
                return Special(x, y);
            }

            double moved = x.Error + mean.Error;
            double size = _greatest * (Math.Abs(d) + moved);
            double carried = (_greatest * moved) + (_deviation * Math.Abs(d)) + beta.Error;
            double centred = (affine ? 3 : 2) * size;
            double straight = affine ? _greatest * ((2 * greatestX) + (3 * _mean)) : _greatest * (greatestX + _mean);
            double last = affine ? Math.Abs(y) + carried + beta.Magnitude : straight > centred ? Math.Abs(y) + carried : 0;
            double floor = Subnormal * (2 + gamma.Magnitude + reciprocal.Magnitude + greatestX + _mean);
            double error = carried + (Unit * (Math.Max(centred, straight) + last)) + floor;
            return new Approximate(y, 1 + greatestX + _mean < _limit && size + beta.Magnitude < float.MaxValue / 2 ? error : double.PositiveInfinity);
        }

        // NaN stays; an infinite input of a channel with finite statistics is infinite, unless it meets a scale that may be 0.
        private Approximate Special(Approximate x, double y)
        {
            bool unknown = x.IsUnknown || mean.IsUnknown || reciprocal.IsUnknown || gamma.IsUnknown || beta.IsUnknown;
            bool isNaN = double.IsNaN(x.Value) || double.IsNaN(mean.Value) || double.IsNaN(reciprocal.Value) || double.IsNaN(gamma.Value) || double.IsNaN(beta.Value);
            bool isInfinite = _isOrdinary && double.IsInfinity(x.Value) && Math.Abs(_scale) - _deviation > 1e-30 && _greatest < 1e30;
            return new Approximate(y, !unknown && (isNaN || isInfinite) ? 0 : double.PositiveInfinity);
        }
    }
}

using RobMask.Ops;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of normalize_backward and batch_norm_backward.</summary>
/// <remarks>
/// Theorem N5 of <c>docs/bounds.md</c>: γ·r·(g − mean(g) − x̂·mean(g·x̂)), γ applied first or last, x̂·mean(g·x̂) by way of x̂ or as (x − μ)·(Σ g·(x − μ)·r²/m), as PyTorch and CUDA kernels do.
/// A shift of the mean by δ changes Σ g·(x − μ) by δ·Σ g, which is the sum of the gradients and not of their magnitudes.
/// </remarks>
internal static class NormalizeBackwardBounds
{
    private const string Theorem = "N5, gradients of normalisation";
    private const double Subnormal = 8 * (double)float.Epsilon;
    private const double Unit = ArithmeticModel.Unit * (1 + 1e-6);

    public static void Normalize(BoundCall call) => Backward(call, null);

    public static void BatchNorm(BoundCall call) => Backward(call, call.Input("weight"));

    private static void Backward(BoundCall call, BoundedTensor? weight)
    {
        BoundedTensor input = call.Input("input");
        Planes planes = Planes.Of("normalise C1", nameof(input), input.Shape);
        ChannelStatistics statistics = ChannelStatistics.Of(call, input);
        ApproximateSpan x = input.Elements;
        ApproximateSpan g = call.Input("grad_output").Elements;
        bool training = call.Flag("training");
        ChannelGradient[] channels = new ChannelGradient[planes.Channels];
        for (int c = 0; c < channels.Length; c++)
        {
            channels[c] = new ChannelGradient(statistics.Mean[c], statistics.Reciprocal[c], weight is null ? 1 : weight[c], planes.PerChannel, weight is null ? 0 : 1);
        }

        for (int plane = 0; plane < planes.Images * planes.Channels && (training || weight is not null); plane++)
        {
            channels[plane % channels.Length].Take(x.Slice(plane * planes.Length, planes.Length), g.Slice(plane * planes.Length, planes.Length));
        }

        ApproximateSpan gradient = call.Output("grad_input", input.Shape, training ? Theorem : Roundings.Theorem).Elements;
        for (int plane = 0; plane < planes.Images * planes.Channels; plane++)
        {
            ref ChannelGradient channel = ref channels[plane % channels.Length];
            channel.Finish();
            for (int i = plane * planes.Length; i < (plane + 1) * planes.Length; i++)
            {
                gradient[i] = training ? channel.OfInput(x[i], g[i]) : channel.OfConstantStatistics(g[i]);
            }
        }

        if (weight is not null)
        {
            BoundedTensor gradWeight = call.Output("grad_weight", weight.Shape, Theorem);
            BoundedTensor gradBias = call.Output("grad_bias", weight.Shape, SumBound.Theorem);
            for (int c = 0; c < channels.Length; c++)
            {
                channels[c].Finish();
                gradWeight.Set(c, channels[c].OfWeight());
                gradBias.Set(c, channels[c].OfBias());
            }
        }
    }

    /// <summary>What the gradients of one channel are made of.</summary>
    private struct ChannelGradient(Approximate mean, Approximate reciprocal, Approximate gamma, double m, int products)
    {
        private readonly double _r = reciprocal.Magnitude;
        private readonly double _gamma = gamma.Magnitude;
        private SumBound _bias;
        private double _sum;
        private double _size;
        private double _bounds;
        private double _product;
        private double _productSize;
        private double _productBounds;
        private double _greatest;
        private bool _hasNaN;
        private bool _isOpen = mean.IsUnknown || reciprocal.IsUnknown || gamma.IsUnknown;
        private double _meanGradient;
        private double _meanGradientError;
        private double _meanProduct;
        private double _meanProductError;

        /// <summary>Takes in a plane.</summary>
        public void Take(ApproximateSpan inputs, ApproximateSpan gradients)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                Approximate x = inputs[i];
                Approximate g = gradients[i];
                _bias.Add(g);
                _hasNaN |= double.IsNaN(x.Value) || double.IsNaN(g.Value);
                double d = x.Value - mean.Value;
                double size = Math.Abs(g.Value);
                _greatest = Math.Max(_greatest, double.IsFinite(d) ? Math.Abs(d) + x.Error : 0);
                _sum += g.Value;
                _size += size;
                _bounds += g.Error;
                _product += g.Value * d;
                _productSize += size * Math.Abs(d);
                _productBounds += (g.Error * Math.Abs(d)) + ((size + g.Error) * x.Error);
            }
        }

        /// <summary>Turns sums into means of γ·g and γ·g·x̂ with their errors.</summary>
        public void Finish()
        {
            // NaN among gradients or statistics makes the whole channel NaN; an infinity leaves it open.
            _hasNaN |= double.IsNaN(reciprocal.Value) || double.IsNaN(mean.Value);
            bool finite = double.IsFinite(_product) && double.IsFinite(_sum) && double.IsFinite(reciprocal.Value) && double.IsFinite(mean.Value) && double.IsFinite(gamma.Value);
            _isOpen |= (!finite && !_hasNaN) || !(_bias.Magnitude < double.PositiveInfinity) || (!_hasNaN && !(_productBounds < double.PositiveInfinity));
            _isOpen |= finite && !((1 + _productSize + _greatest + (_size * (1 + Math.Abs(mean.Value)))) * (1 + _gamma) * (1 + _r) * (1 + _r) < float.MaxValue / 4);
            double size = _size + _bounds;
            _meanGradient = gamma.Value * _sum / m;
            _meanGradientError = (((_gamma * _bounds) + (gamma.Error * _size) + (Gamma(m + 4) * _gamma * size)) / m) + (Subnormal * (1 + _gamma));
            _meanProduct = gamma.Value * reciprocal.Value * _product / m;
            double products = (_r * (_gamma * (_productBounds + (mean.Error * (Math.Abs(_sum) + _bounds) * (1 + Gamma(m))) + (Gamma(m + 8) * (_productSize + _productBounds + (mean.Error * size)))) + (gamma.Error * _productSize)))
                + (reciprocal.Error * _gamma * Math.Abs(_product));
            _meanProductError = (products / m) + (Subnormal * (1 + _gamma) * (1 + _r) * (1 + (size / m)));
        }

        /// <summary>γ·r·(g − mean(g) − x̂·mean(g·x̂)).</summary>
        public readonly Approximate OfInput(Approximate x, Approximate g)
        {
            double d = x.Value - mean.Value;
            double normalised = d * reciprocal.Value;
            double inner = (gamma.Value * g.Value) - _meanGradient - (normalised * _meanProduct);
            double value = inner * reciprocal.Value;
            if (_isOpen || _hasNaN)
            {
                return new Approximate(_hasNaN ? double.NaN : value, _isOpen ? double.PositiveInfinity : 0);
            }

            double distance = Math.Abs(d) + x.Error + mean.Error;
            double normalisedError = (_r * (x.Error + mean.Error)) + (reciprocal.Error * Math.Abs(d)) + (3 * Unit * _r * distance);
            double sizes = (_gamma * g.Magnitude) + Math.Abs(_meanGradient) + _meanGradientError + (((Math.Abs(normalised) + normalisedError) * (Math.Abs(_meanProduct) + _meanProductError)));
            double error = (_gamma * g.Error) + (gamma.Error * Math.Abs(g.Value)) + _meanGradientError + (Math.Abs(normalised) * _meanProductError)
                + ((Math.Abs(_meanProduct) + _meanProductError) * normalisedError) + ((4 + products) * Unit * sizes);

            // γ·r may underflow before it meets g.
            double floor = Subnormal * (((1 + _gamma) * (1 + _r) * (1 + _r) * (1 + distance)) + g.Magnitude + (((_size + _bounds) + ((Math.Abs(normalised) + normalisedError) * _r * (_productSize + _productBounds))) / m));
            error = (_r * error) + (reciprocal.Error * Math.Abs(inner)) + (2 * Unit * _r * (Math.Abs(inner) + error)) + floor;
            return new Approximate(value, sizes * (1 + _r) < float.MaxValue / 4 && distance * (1 + _r) < float.MaxValue / 4 ? error : double.PositiveInfinity);
        }

        /// <summary>g·γ·r.</summary>
        public readonly Approximate OfConstantStatistics(Approximate g)
        {
            if (products == 0)
            {
                return (g * reciprocal).Rounded();
            }

            Approximate product = (g * gamma).Rounded() * reciprocal;
            bool overflows = double.IsFinite(product.Value) && !(g.Magnitude * (1 + _gamma) * (1 + _r) < float.MaxValue);
            return overflows ? new Approximate(product.Value, double.PositiveInfinity) : product.Rounded().Or(((gamma * reciprocal).Rounded() * g).Rounded()).Or(((g * reciprocal).Rounded() * gamma).Rounded());
        }

        /// <summary>Σ g·x̂.</summary>
        public readonly Approximate OfWeight()
        {
            double value = reciprocal.Value * _product;
            if (_isOpen || _hasNaN || !double.IsFinite(value))
            {
                return new Approximate(_hasNaN ? double.NaN : value, _hasNaN && !_isOpen ? 0 : double.PositiveInfinity);
            }

            double size = _size + _bounds;
            double error = (_r * (_productBounds + (mean.Error * (Math.Abs(_sum) + _bounds) * (1 + Gamma(m))) + (Gamma(m + 6) * (_productSize + _productBounds + (mean.Error * size)))))
                + (reciprocal.Error * Math.Abs(_product)) + (Subnormal * (1 + _r) * (m + size));
            return new Approximate(value, error);
        }

        /// <summary>Σ g.</summary>
        public readonly Approximate OfBias() => _bias.Total();

        private static double Gamma(double n) => n * ArithmeticModel.Unit < 1 ? n * ArithmeticModel.Unit / (1 - (n * ArithmeticModel.Unit)) : double.PositiveInfinity;
    }
}

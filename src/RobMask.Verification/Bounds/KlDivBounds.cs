namespace RobMask.Verification.Bounds;

/// <summary>Bounds of kl_div and its gradients: Σ p·(log p − log q) with logarithms of softmaxes, or p·log p − p·log q with the logarithm of the rounded p, as PyTorch does.</summary>
/// <remarks>Theorem F4 of <c>docs/bounds.md</c>. A logit of −∞ leaves its image undecided: 0·∞ is NaN in one formula and skipped in another.</remarks>
internal static class KlDivBounds
{
    private const string Theorem = "F4, Kullback–Leibler divergence";
    private const double Unit = ArithmeticModel.Unit * (1 + 1e-6);
    private const double Subnormal = 8 * (double)float.Epsilon;

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        Divergence divergence = new(input.Shape[1]);
        Approximate[] perImage = new Approximate[input.Shape[0]];
        SumBound all = default;
        for (int n = 0; n < perImage.Length; n++)
        {
            divergence.Take(call.Input("reference"), input, n);
            perImage[n] = divergence.Loss;
            divergence.AddTo(ref all);
        }

        if (call.Choice("reduction") == "none")
        {
            LossBounds.Give(call, perImage, Theorem);
        }
        else
        {
            // All terms of all images may be summed in one go.
            call.Output("output", new Tensors.TensorShape(), Theorem).Set(0, LossBounds.Reduced(call, all, perImage.Length, 0));
        }
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        int classes = input.Shape[1];
        Approximate factor = LossBounds.Factor(call, input.Shape[0]);
        Divergence divergence = new(classes);
        ApproximateSpan gradient = call.Output("grad_input", input.Shape, Theorem).Elements;
        ApproximateSpan gradReference = call.Output("grad_reference", input.Shape, Theorem).Elements;
        for (int n = 0; n < input.Shape[0]; n++)
        {
            divergence.Take(call.Input("reference"), input, n);
            for (int j = 0; j < classes; j++)
            {
                gradient[(n * classes) + j] = Scale(divergence.OfInput(j), factor);
                gradReference[(n * classes) + j] = Scale(divergence.OfReference(j), factor);
            }
        }
    }

    private static Approximate Scale(Approximate gradient, Approximate factor) =>
        double.IsFinite(gradient.Value) ? (gradient * factor).Rounded(Approximate.Two).Within(Subnormal) : gradient;

    /// <summary>One image.</summary>
    private sealed class Divergence(int classes)
    {
        private readonly SoftmaxRow _p = new(classes);
        private readonly SoftmaxRow _q = new(classes);
        private readonly Approximate[] _terms = new Approximate[classes];
        private double _sizes;
        private double _probabilityError;
        private bool _isOpen;

        public Approximate Loss { get; private set; }

        public void Take(BoundedTensor reference, BoundedTensor input, int n)
        {
            _p.Take(reference.Elements.Slice(n * classes, classes));
            _q.Take(input.Elements.Slice(n * classes, classes));
            _isOpen = false;
            _sizes = 0;
            _probabilityError = 0;
            SumBound sum = default;
            for (int j = 0; j < classes; j++)
            {
                _terms[j] = _p.IsSpecial ? _p.Logarithms[j] : _q.IsSpecial ? _q.Logarithms[j] : Term(j);
                sum.Add(_terms[j]);
            }

            Loss = sum.Total();
        }

        public void AddTo(ref SumBound sum)
        {
            foreach (Approximate term in _terms)
            {
                sum.Add(term);
            }
        }

        /// <summary>q − p, or by way of log-softmax q·Σp − p with the computed sum.</summary>
        public Approximate OfInput(int j)
        {
            if (_isOpen || _p.IsSpecial || _q.IsSpecial)
            {
                return _isOpen ? Approximate.Unknown : Loss;
            }

            (Approximate p, Approximate q) = (_p.Probabilities[j], _q.Probabilities[j]);
            double sumError = _probabilityError + ((classes + 2) * Unit);
            return (q - p).Within((sumError * q.Magnitude) + (3 * Unit * (p.Magnitude + q.Magnitude)));
        }

        /// <summary>p·(d − loss), or by way of softmax p·(h − Σ p·h) with h = log p + 1 − log q.</summary>
        public Approximate OfReference(int j)
        {
            if (_isOpen || _p.IsSpecial || _q.IsSpecial)
            {
                // Where p is 0 the gradient may be, whatever log q is.
                return _isOpen || !(_p.IsSpecial || _p.Probabilities[j].Value - _p.Probabilities[j].Error > 1e-30) ? Approximate.Unknown : Loss;
            }

            (Approximate p, Approximate logP, Approximate logQ) = (_p.Probabilities[j], _p.Logarithms[j], _q.Logarithms[j]);
            Approximate difference = logP - logQ;
            double logarithms = logP.Magnitude + logQ.Magnitude + 1;
            double lossError = Loss.Error + _probabilityError + ((classes + 4) * Unit * (_sizes + 1));
            double outer = Math.Abs(difference.Value - Loss.Value) + 1;
            double error = (p.Magnitude * (difference.Error + lossError + (8 * Unit * (logarithms + Loss.Magnitude + _sizes))))
                + (p.Error * (outer + difference.Error + lossError)) + p.Error;
            Approximate value = _p.Probabilities[j].Value * (difference.Value - Loss.Value);
            return value.Within(error + (Unit * value.Magnitude) + (Subnormal * (1 + logarithms)));
        }

        private Approximate Term(int j)
        {
            (Approximate p, Approximate logP, Approximate logQ) = (_p.Probabilities[j], _p.Logarithms[j], _q.Logarithms[j]);
            if (!double.IsFinite(logP.Value) || !double.IsFinite(logQ.Value))
            {
                _isOpen = true;
                return Approximate.Unknown;
            }

            Approximate difference = logP - logQ;
            double logarithms = logP.Magnitude + logQ.Magnitude;
            _sizes += p.Magnitude * logarithms;
            _probabilityError += p.Error;

            // log of the computed p is off by its relative error, which p takes away again.
            double error = (p.Magnitude * (logP.Error + logQ.Error + (7 * Unit * logarithms))) + (p.Error * (Math.Abs(difference.Value) + 2));
            return new Approximate(p.Value * difference.Value, error + (Subnormal * (1 + logarithms)));
        }
    }
}

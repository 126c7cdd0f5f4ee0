using RobMask.Tensors;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Recognises a variance computed in one pass, as E[x²] − μ² in float: its error is about m·u·(v + 2μ²), far beyond that of two passes where |μ| is large.</summary>
internal static class OnePassVariance
{
    private const string Words = "the variance was computed in one pass, as E[x²] − μ² in float";

    /// <summary>The words, where every channel's variance is off by no more than one pass explains and by more than the bound allows.</summary>
    public static string? Find(Suspicion suspicion)
    {
        if (suspicion.Request.Name is not ("normalize" or "batch_norm") || !suspicion.Fits || !(bool)suspicion.Attributes["training"] || suspicion.Outside.Count == 0)
        {
            return null;
        }

        DenseTensor<double>? variances = suspicion.Expected.Name switch
        {
            "var" => suspicion.Got,
            "output" => OfOutput(suspicion),
            _ => null,
        };
        if (variances is null)
        {
            return null;
        }

        (DenseTensor<double> mean, DenseTensor<double> variance) = NormalizeHypotheses.Moments(suspicion);
        double m = (double)suspicion.Input("input")!.Length / mean.Length;
        bool shifted = false;
        for (int c = 0; c < mean.Length; c++)
        {
            double v = variance.Span[c];
            double square = mean.Span[c] * mean.Span[c];
            double allowed = 2 * m * Bounds.ArithmeticModel.Unit * (v + (2 * square));
            double away = variances.Span[c] - v;
            bool negative = double.IsNaN(variances.Span[c]) && allowed > v;
            if (!negative && !(Math.Abs(away) <= allowed + (1e-6 * v)))
            {
                return null;
            }

            shifted |= square > 4 * v && (negative || Math.Abs(away) > 1e-6 * v);
        }

        return shifted ? Words : null;
    }

    // Where the output is (x − μ)·r·weight + bias in every channel, r says which variance it was computed from.
    private static DenseTensor<double>? OfOutput(Suspicion suspicion)
    {
        DenseTensor<double> input = suspicion.Input("input")!;
        (DenseTensor<double> mean, _) = NormalizeHypotheses.Moments(suspicion);
        int channels = mean.Length;
        int plane = input.Length / Math.Max(1, input.Shape[0] * channels);
        DenseTensor<double>? weight = suspicion.Input("weight");
        DenseTensor<double>? bias = suspicion.Input("bias");
        double[] products = new double[channels];
        double[] squares = new double[channels];
        for (int i = 0; i < input.Length; i++)
        {
            int c = i / plane % channels;
            double away = input.Span[i] - mean.Span[c];
            products[c] += away * (suspicion.Got.Span[i] - (bias?.Span[c] ?? 0));
            squares[c] += away * away;
        }

        double epsilon = (float)suspicion.Attributes["eps"];
        for (int i = 0; i < input.Length; i++)
        {
            int c = i / plane % channels;
            double fitted = ((input.Span[i] - mean.Span[c]) * products[c] / squares[c]) + (bias?.Span[c] ?? 0);
            double growth = Math.Max(1, Math.Abs(fitted / suspicion.Expected.Tensor.Value.Span[i]));
            double allowed = 4 * suspicion.At(i).Bound * (double.IsFinite(growth) ? growth : 1);
            if (double.IsFinite(suspicion.Got.Span[i]) && !(Math.Abs(suspicion.Got.Span[i] - fitted) <= allowed + (1e-5 * Math.Abs(fitted))))
            {
                return null;
            }
        }

        DenseTensor<double> variances = new(channels);
        for (int c = 0; c < channels; c++)
        {
            double r = products[c] / squares[c] / (weight?.Span[c] ?? 1);
            variances.Span[c] = (1 / (r * r)) - epsilon;
        }

        return variances;
    }
}

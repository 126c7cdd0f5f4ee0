namespace RobMask.Tests.Verification.Bounds;

/// <summary>Batch normalisation in float, otherwise than here: two passes, two passes with a correction, Welford's updates or merges of halves; centred first, or one product and one sum as PyTorch does.</summary>
internal sealed class LooseNormalisation(BoundCase one, LooseFloat loose)
{
    private readonly int _formula = one.Draw.Between(0, 3);

    public int Channels { get; } = one.Shape("input")[1];

    public int Plane { get; } = one.Shape("input").Length / one.Shape("input")[0] / one.Shape("input")[1];

    public float[] Mean { get; } = new float[one.Shape("input")[1]];

    public float[] Variance { get; } = new float[one.Shape("input")[1]];

    public float[] Reciprocal { get; } = new float[one.Shape("input")[1]];

    public LooseNormalisation Measured()
    {
        float[] x = one["input"];
        for (int c = 0; c < Channels; c++)
        {
            (Mean[c], Variance[c]) = one.Flag("training") ? Statistics(OfChannel(x, c), _formula, loose) : (one["running_mean"][c], one["running_var"][c]);
            Reciprocal[c] = loose.ReciprocalRoot(Variance[c] + one.Number("eps"));
        }

        return this;
    }

    public List<float> OfChannel(float[] values, int c) => [.. values.Where((_, i) => i / Plane % Channels == c)];

    public float[] Forward(float[]? weight, float[]? bias)
    {
        float[] x = one["input"];
        float[] y = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i / Plane % Channels;
            float gamma = weight?[c] ?? 1;
            float beta = bias?[c] ?? 0;
            float scale = Reciprocal[c] * gamma;
            y[i] = loose.OtherWay ? loose.MultiplyAdd(x[i], scale, beta - (Mean[c] * gamma * Reciprocal[c]))
                : weight is null ? (x[i] - Mean[c]) * Reciprocal[c]
                : (gamma * (x[i] - Mean[c]) * Reciprocal[c]) + beta;
        }

        return y;
    }

    /// <summary>The gradients as PyTorch's loops for processors or its kernels have them.</summary>
    public (float[] Input, float[] Weight, float[] Bias) Backward(float[]? weight)
    {
        float[] x = one["input"];
        float[] g = one["grad_output"];
        float[] gradient = new float[x.Length];
        float[] gradWeight = new float[Channels];
        float[] gradBias = new float[Channels];
        for (int c = 0; c < Channels; c++)
        {
            List<float> gs = OfChannel(g, c);
            List<float> xs = OfChannel(x, c);
            float m = gs.Count;
            float sum = loose.Sum(gs);
            float product = loose.Dot([.. gs.Zip(xs, (a, b) => (a, b - Mean[c]))]);
            float r = Reciprocal[c];
            gradWeight[c] = product * r;
            gradBias[c] = sum;
            float gamma = weight?[c] ?? 1;
            float mean = loose.Divide(sum, m);
            float k = loose.Divide(product * r * r, m);
            for (int i = 0; i < x.Length; i++)
            {
                if (i / Plane % Channels == c)
                {
                    gradient[i] = !one.Flag("training") ? weight is null ? g[i] * r : loose.OtherWay ? g[i] * r * gamma : g[i] * (r * gamma)
                        : loose.OtherWay ? (g[i] - mean - ((x[i] - Mean[c]) * k)) * r * gamma
                        : (g[i] - ((x[i] - Mean[c]) * k) - mean) * (r * gamma);
                }
            }
        }

        return (gradient, gradWeight, gradBias);
    }

    /// <summary>Mean and biased variance by one of the formulas that are covered.</summary>
    public static (float Mean, float Variance) Statistics(List<float> x, int formula, LooseFloat loose)
    {
        if (formula == 2)
        {
            (float mean, float squares, _) = Welford(x);
            return (mean, squares / x.Count);
        }

        if (formula == 3)
        {
            (float meanA, float squaresA, float a) = Welford(x[..((x.Count + 1) / 2)]);
            (float meanB, float squaresB, float b) = Welford(x[((x.Count + 1) / 2)..]);
            if (b == 0)
            {
                return (meanA, squaresA / a);
            }

            float d = meanB - meanA;
            return (meanA + (d * (b / (a + b))), (squaresA + squaresB + (d * d * (a * b / (a + b)))) / (a + b));
        }

        float centre = loose.Divide(loose.Sum(x), x.Count);
        List<float> deviations = [.. x.Select(value => value - centre)];
        float sum = loose.Sum([.. deviations.Select(d => d * d)]);
        float drift = formula == 1 ? loose.Sum(deviations) : 0;
        return (centre, loose.Divide(Math.Max(0, sum - (drift * drift / x.Count)), x.Count));
    }

    private static (float Mean, float Squares, float Count) Welford(List<float> x)
    {
        float mean = 0;
        float squares = 0;
        for (int k = 0; k < x.Count; k++)
        {
            float before = x[k] - mean;
            mean += before / (k + 1);
            squares += before * (x[k] - mean);
        }

        return (mean, squares, x.Count);
    }
}

using RobMask.Ops;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of mixed_rescale and its gradients, whether masks are mixed before they rescale or rescaled inputs are mixed.</summary>
/// <remarks>Theorem M1 of <c>docs/bounds.md</c>: k + 2 roundings on Σ|u_i·γ_i·x| and k + 1 on Σ|u_i·β_i| either way.</remarks>
internal static class MixedRescaleBounds
{
    private const string Theorem = "M1, mixtures";
    private const double Subnormal = 2 * (double)float.Epsilon;

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        Planes planes = Planes.Of("mixed rescale C1", "input", input.Shape);
        (Approximate[] gamma, (double Mixed, double Greatest)[] gammaSize) = Mix(call.Input("gammas"), call.Input("coefficients"), planes);
        (Approximate[] beta, (double Mixed, double Greatest)[] betaSize) = Mix(call.Input("betas"), call.Input("coefficients"), planes);
        int masks = call.Input("gammas").Shape[0];
        ApproximateSpan x = input.Elements;
        ApproximateSpan y = call.Output("output", input.Shape, Theorem).Elements;
        double unit = (masks + 2) * ArithmeticModel.Unit / (1 - ((masks + 2) * ArithmeticModel.Unit));
        for (int plane = 0, i = 0; plane < gamma.Length; plane++)
        {
            double enlarged = SizeOf(call.Input("coefficients"), plane / planes.Channels, masks);
            for (int end = i + planes.Length; i < end; i++)
            {
                double sizes = Size(gammaSize[plane], x[i]) + Size(betaSize[plane], 1);
                Approximate sum = (gamma[plane] * x[i]) + beta[plane];
                y[i] = Finish(sum, unit * sizes, masks * Subnormal * (2 + (2 * x[i].Magnitude) + enlarged), sizes);
            }
        }
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor gammas = call.Input("gammas");
        BoundedTensor betas = call.Input("betas");
        BoundedTensor coefficients = call.Input("coefficients");
        Planes planes = Planes.Of("mixed rescale C1", "input", input.Shape);
        (Approximate[] gamma, (double Mixed, double Greatest)[] gammaSize) = Mix(gammas, coefficients, planes);
        int masks = gammas.Shape[0];
        SumBound[] gradGammas = new SumBound[gammas.Shape.Length];
        SumBound[] gradBetas = new SumBound[gammas.Shape.Length];
        SumBound[] gradCoefficients = new SumBound[coefficients.Shape.Length];
        ApproximateSpan x = input.Elements;
        ApproximateSpan g = call.Input("grad_output").Elements;
        ApproximateSpan gradient = call.Output("grad_input", input.Shape, Theorem).Elements;
        double limit = float.MaxValue / planes.PerChannel;
        double unit = (masks + 1) * ArithmeticModel.Unit / (1 - ((masks + 1) * ArithmeticModel.Unit));
        for (int plane = 0, i = 0; plane < gamma.Length; plane++)
        {
            (int n, int c) = Math.DivRem(plane, planes.Channels);
            int start = i;
            double enlarged = SizeOf(coefficients, n, masks);
            for (int end = i + planes.Length; i < end; i++)
            {
                double size = Size(gammaSize[plane], g[i]);
                gradient[i] = Finish(gamma[plane] * g[i], unit * size, masks * Subnormal * (2 + (2 * g[i].Magnitude) + enlarged), size);
            }

            for (int m = 0; m < masks; m++)
            {
                Approximate u = Open(coefficients[(n * masks) + m], float.MaxValue);
                int mask = (m * planes.Channels) + c;
                for (int j = start; j < i; j++)
                {
                    // A product that underflows is off by half a subnormal, which the factor after it may enlarge.
                    Approximate product = (Open(g[j], limit) * Open(x[j], float.MaxValue)).Rounded();
                    gradGammas[mask].Add(u * product);
                    gradBetas[mask].Add(u * Open(g[j], limit));

                    // γ·x + β may be formed before g makes it small.
                    bool overflows = (gammas[mask].Magnitude * x[j].Magnitude) + betas[mask].Magnitude > float.MaxValue / 4 && double.IsFinite(x[j].Value);
                    gradCoefficients[(n * masks) + m].Add(overflows ? Approximate.Unknown : (product * Open(gammas[mask], float.MaxValue)).Within(Subnormal * g[j].Magnitude));
                    gradCoefficients[(n * masks) + m].Add(Open(g[j], limit) * Open(betas[mask], float.MaxValue));
                }
            }
        }

        // A sum over positions that is multiplied by u and summed over images has no more roundings than one sum of products with two factors each.
        call.Output("grad_gammas", ChannelSums.Totals(gradGammas, gammas.Shape, 1), SumBound.Theorem);
        call.Output("grad_betas", ChannelSums.Totals(gradBetas, gammas.Shape, 1), SumBound.Theorem);
        call.Output("grad_coefficients", ChannelSums.Totals(gradCoefficients, coefficients.Shape, 2), SumBound.Theorem);
    }

    // Σ_i u_i·γ_i as real numbers, and Σ_i |u_i·γ_i| with the greatest |γ_i|.
    private static (Approximate[] Mixed, (double Mixed, double Greatest)[] Size) Mix(BoundedTensor primary, BoundedTensor coefficients, Planes planes)
    {
        int masks = primary.Shape[0];
        Approximate[] mixed = new Approximate[planes.Images * planes.Channels];
        (double Mixed, double Greatest)[] size = new (double, double)[mixed.Length];
        for (int plane = 0; plane < mixed.Length; plane++)
        {
            (int n, int c) = Math.DivRem(plane, planes.Channels);
            for (int m = 0; m < masks; m++)
            {
                Approximate product = coefficients[(n * masks) + m] * primary[(m * planes.Channels) + c];
                mixed[plane] += product;
                bool hasNaN = double.IsNaN(coefficients[(n * masks) + m].Value) || double.IsNaN(primary[(m * planes.Channels) + c].Value);
                size[plane].Mixed += double.IsNaN(product.Magnitude) && !hasNaN ? double.PositiveInfinity : product.Magnitude;
                size[plane].Greatest = Math.Max(size[plane].Greatest, primary[(m * planes.Channels) + c].Magnitude);
            }
        }

        return (mixed, size);
    }

    // Inner sums that may overflow, and infinite factors of them, make an infinity in one order and a NaN in another.
    private static Approximate Open(Approximate x, double limit) => x.Magnitude <= limit || double.IsNaN(x.Value) ? x : Approximate.Unknown;

    // Σ|u·γ·x|, or infinity where a mixture of masks or a mask's own product with x may overflow on the way to it.
    private static double Size((double Mixed, double Greatest) gamma, Approximate x)
    {
        double size = gamma.Mixed * x.Magnitude;
        if (double.IsNaN(size) && !double.IsNaN(gamma.Mixed) && !double.IsNaN(x.Value))
        {
            // 0·∞, which another order of the products does not meet.
            return double.PositiveInfinity;
        }

        return double.IsFinite(size) && (gamma.Mixed > float.MaxValue / 2 || !(gamma.Greatest * x.Magnitude <= float.MaxValue / 2)) ? double.PositiveInfinity : size;
    }

    // Infinite operands leave open which way the mixture goes; products beyond float overflow in some order.
    private static Approximate Finish(Approximate result, double error, double floor, double size) =>
        double.IsNaN(size) && !result.IsUnknown ? new Approximate(double.NaN)
        : size <= float.MaxValue / 2 ? result.Within(error + floor)
        : new Approximate(result.Value, double.PositiveInfinity);

    // Σ_i |u_i| of an image: what enlarges an underflow before it.
    private static double SizeOf(BoundedTensor coefficients, int n, int masks)
    {
        double size = 0;
        for (int m = 0; m < masks; m++)
        {
            size += coefficients[(n * masks) + m].Magnitude;
        }

        return size;
    }
}

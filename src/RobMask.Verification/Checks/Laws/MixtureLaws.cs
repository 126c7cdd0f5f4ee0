using RobMask.Tensors;
using RobMask.Verification.Bounds;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>mixed_rescale with coefficients u + v gives what u and what v give, added.</summary>
internal sealed class MixtureLinearityLaw() : Law("mixture is linear in its coefficients", "f(u + v) = f(u) + f(v)", "mixed_rescale")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        // Coefficients of few bits, so that the sum is exact.
        DenseTensor<float> first = TensorCuts.Map(given.Input("coefficients"), value => float.IsFinite(value) && Math.Abs(value) < 1000 ? MathF.Round(value * 256) / 256 : 0);
        int place = 0;
        DenseTensor<float> second = TensorCuts.Map(first, _ => ((place++ * 37 % 64) - 24) / 64f);
        DenseTensor<float> sum = new(first.Shape);
        for (int i = 0; i < sum.Length; i++)
        {
            sum.Span[i] = first.Span[i] + second.Span[i];
        }

        (LawRun of1, LawRun of2, LawRun ofSum) = (given.Run(("coefficients", first)), given.Run(("coefficients", second)), given.Run(("coefficients", sum)));
        if (!of1.Has("output") || !of2.Has("output") || !ofSum.Has("output"))
        {
            return null;
        }

        for (int i = 0; i < ofSum.Shape("output").Length; i++)
        {
            (Approximate a, Approximate b, Approximate c) = (of1["output", i], of2["output", i], ofSum["output", i]);
            Approximate both = a + b;
            if (double.IsFinite(both.Value) && double.IsFinite(c.Value) && !LawCase.Agree(c, both))
            {
                return LawResult.Broken("output", i, c.Value, both.Value, c.Error + both.Error);
            }
        }

        return LawResult.Held;
    }
}

/// <summary>A mixture whose only coefficient is a one is the primary mask that it stands at.</summary>
internal sealed class OneHotMixtureLaw() : Law("one-hot mixture is that primary mask", "mixed_rescale with coefficients e_i = rescale by primary mask i", "mixed_rescale")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        if (!given.Has("rescale"))
        {
            return null;
        }

        DenseTensor<float> gammas = given.Input("gammas");
        DenseTensor<float> betas = given.Input("betas");
        (int k, int channels) = (gammas.Shape[0], gammas.Shape[1]);
        int images = given.Input("input").Shape[0];

        // Zero times infinity is no zero: such masks cannot be told apart by a one.
        if (gammas.Span.ToArray().Concat(betas.Span.ToArray()).Any(value => !float.IsFinite(value)))
        {
            return null;
        }

        // Another mask for each image, as rows of gamma and beta.
        DenseTensor<float> coefficients = new(images, k);
        DenseTensor<float> gamma = new(images, channels);
        DenseTensor<float> beta = new(images, channels);
        for (int n = 0; n < images; n++)
        {
            coefficients.Span[(n * k) + (n % k)] = 1;
            gammas.Span.Slice(n % k * channels, channels).CopyTo(gamma.Image(n));
            betas.Span.Slice(n % k * channels, channels).CopyTo(beta.Image(n));
        }

        LawRun mixed = given.Run(("coefficients", coefficients));
        LawRun one = given.Run("rescale", new Dictionary<string, string>(), ("input", given.Input("input")), ("gamma", gamma), ("beta", beta));
        return Same(mixed, one, "output", "output");
    }
}

/// <summary>A larger shift switches no feature off.</summary>
internal sealed class MonotoneMaskLaw() : Law("mask is monotone in β", "a larger β lowers no result, so it closes no mask", "rescale")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        LawRun larger = given.Run(("beta", (ITensor?)TensorCuts.Map(given.Input("beta"), value => value + (Math.Abs(value) / 2) + 0.25f)));
        if (!larger.Has("output") || !given.Asked.Has("output"))
        {
            return null;
        }

        for (int i = 0; i < larger.Shape("output").Length; i++)
        {
            (Approximate low, Approximate high) = (given.Asked["output", i], larger["output", i]);
            if (low.Value - high.Value > low.Error + high.Error)
            {
                return LawResult.Broken("output", i, low.Value, high.Value, low.Error + high.Error);
            }
        }

        return LawResult.Held;
    }
}

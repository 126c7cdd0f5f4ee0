namespace RobMask.Verification.Golden.Cases;

/// <summary>normalize, rescale, batch_norm and mixed_rescale with their gradients.</summary>
internal static class NormalizationCases
{
    public static IEnumerable<GoldenCase> All()
    {
        foreach ((string name, string why, int[] shape) in new (string, string, int[])[]
        {
            ("usual", "planes of 16 values", [4, 3, 4, 4]),
            ("prime-sizes", "planes of 77 values: two full rounds of the 32 lanes and 13 more; 5 images in the tree", [5, 3, 7, 11]),
            ("rank-2", "[N, C]: a plane is one value", [9, 5]),
            ("two-values", "the least that has a variance", [2, 3, 1, 1]),
            ("37-images", "a tree over images with parts of 1, 4 and 32: merged moments are rounded at every join", [37, 11, 3, 3]),
            ("one-image", "no tree over images", [1, 2, 9, 5]),
        })
        {
            yield return new GoldenCase(name, "normalize", why).With("training", "true").Normal("input", shape).Normal("running_mean", shape[1]).Uniform("running_var", shape[1]);
            yield return new GoldenCase(name + "-evaluation", "normalize", why + "; by running statistics").With("training", "false").Normal("input", shape).Normal("running_mean", shape[1]).Uniform("running_var", shape[1]);
            yield return new GoldenCase(name, "normalize_backward", why).With("training", "true").Normal("input", shape).Normal("grad_output", shape);
            yield return new GoldenCase(name + "-evaluation", "normalize_backward", why + "; statistics are constants").With("training", "false").Normal("input", shape).Normal("grad_output", shape).Normal("running_mean", shape[1]).Uniform("running_var", shape[1]);
            yield return new GoldenCase(name, "rescale", why).Normal("input", shape).Normal("gamma", shape[1]).Normal("beta", shape[1]);
            yield return new GoldenCase(name + "-per-image", "rescale", why + "; a mask for each image").Normal("input", shape).Normal("gamma", shape[0], shape[1]).Normal("beta", shape[0], shape[1]);
            yield return new GoldenCase(name, "rescale_backward", why).Normal("input", shape).Normal("gamma", shape[1]).Normal("grad_output", shape);
            yield return new GoldenCase(name + "-per-image", "rescale_backward", why + "; a mask for each image").Normal("input", shape).Normal("gamma", shape[0], shape[1]).Normal("grad_output", shape);
            yield return new GoldenCase(name, "batch_norm", why).With("training", "true").Normal("input", shape).Normal("weight", shape[1]).Normal("bias", shape[1]).Normal("running_mean", shape[1]).Uniform("running_var", shape[1]);
            yield return new GoldenCase(name + "-evaluation", "batch_norm", why + "; by running statistics").With("training", "false").Normal("input", shape).Normal("weight", shape[1]).Normal("bias", shape[1]).Normal("running_mean", shape[1]).Uniform("running_var", shape[1]);
            yield return new GoldenCase(name, "batch_norm_backward", why).With("training", "true").Normal("input", shape).Normal("weight", shape[1]).Normal("grad_output", shape);
            yield return new GoldenCase(name + "-evaluation", "batch_norm_backward", why + "; statistics are constants").With("training", "false").Normal("input", shape).Normal("weight", shape[1]).Normal("grad_output", shape).Normal("running_mean", shape[1]).Uniform("running_var", shape[1]);
            foreach (int k in (int[])[1, 3])
            {
                yield return Mixed(new GoldenCase($"{name}-k{k}", "mixed_rescale", $"{why}; k = {k}"), shape, k);
                yield return Mixed(new GoldenCase($"{name}-k{k}", "mixed_rescale_backward", $"{why}; k = {k}"), shape, k).Normal("grad_output", shape);
            }
        }

        yield return new GoldenCase("far-from-zero", "normalize", "a mean a million deviations away: one-pass formulas fail").With("training", "true").Values("input", [2, 1, 1, 3], 1e6f, 1e6f + 1, 1e6f + 2, 1e6f + 3, 1e6f - 1, 1e6f - 2);
        yield return new GoldenCase("brightening", "normalize", "every image brighter than the one before: the merged moments are most of the variance, each rounding shows").With("training", "true").Brightening("input", 13, 64, 1, 3);
        yield return new GoldenCase("constant", "normalize", "variance 0").With("training", "true").Values("input", [2, 1, 1, 2], 0.1f, 0.1f, 0.1f, 0.1f);
        yield return new GoldenCase("hostile", "normalize", "NaN and infinities make their channel NaN and no other").With("training", "true").Hostile("input", 3, 4, 3, 3);
        yield return new GoldenCase("hostile-evaluation", "normalize", "element by element").With("training", "false").Hostile("input", 3, 4, 3, 3).Normal("running_mean", 4).Uniform("running_var", 4);
        yield return new GoldenCase("large", "normalize", "a layer of ResNet-18 at batch 16").With("training", "true").Drawn("input", 16, 64, 32, 32);
        yield return new GoldenCase("large", "normalize_backward", "a layer of ResNet-18 at batch 16").With("training", "true").Drawn("input", 16, 64, 32, 32).Drawn("grad_output", 16, 64, 32, 32);
        yield return new GoldenCase("hostile", "rescale", "0 · ∞ is NaN: γ = 0 does not silence an infinite input").Hostile("input", 3, 4, 3, 3).Hostile("gamma", 4).Hostile("beta", 4);
        yield return Mixed(new GoldenCase("one-hot", "mixed_rescale", "coefficients (0, 1, 0): the second mask, exactly"), [2, 3, 2, 2], 3, oneHot: true);
    }

    private static GoldenCase Mixed(GoldenCase one, int[] shape, int k, bool oneHot = false)
    {
        one.Normal("input", shape).Normal("gammas", k, shape[1]).Normal("betas", k, shape[1]);
        return oneHot ? one.Values("coefficients", [2, 3], 0, 1, 0, 0, 1, 0) : one.Normal("coefficients", shape[0], k);
    }
}

namespace RobMask.Verification.Golden.Cases;

/// <summary>cross_entropy, kl_div, margin_loss and dlr_loss with their gradients.</summary>
internal static class LossCases
{
    public static IEnumerable<GoldenCase> All()
    {
        foreach (string suffix in (string[])[string.Empty, "_backward"])
        {
            foreach (string reduction in (string[])["mean", "sum", "none"])
            {
                yield return new GoldenCase(reduction, "cross_entropy" + suffix, $"reduction {reduction}").With("reduction", reduction).Normal("input", 13, 10).Labels("target", 13, 10);
            }

            yield return new GoldenCase("smoothing", "cross_entropy" + suffix, "label smoothing 0.1").With("label_smoothing", "0.1").Normal("input", 5, 7).Labels("target", 5, 7);
            yield return new GoldenCase("saturated", "cross_entropy" + suffix, "a certain class: loss exactly 0, or beyond the range of exp").Values("input", [3, 2], 200, 0, 0, 200, 0, 0).GivenLabels("target", 0, 0, 1);
            yield return new GoldenCase("hostile", "cross_entropy" + suffix, "infinities and NaN").With("reduction", "none").Hostile("input", 9, 5).Labels("target", 9, 5);
            yield return new GoldenCase("usual", "kl_div" + suffix, "two distributions").Normal("input", 6, 10).Normal("reference", 6, 10);
            yield return new GoldenCase("sum", "kl_div" + suffix, "reduction sum").With("reduction", "sum").Scaled("input", 20, 4, 3).Scaled("reference", 20, 4, 3);
            yield return new GoldenCase("usual", "margin_loss" + suffix, "ten classes").Normal("input", 6, 10).Labels("target", 6, 10);
            yield return new GoldenCase("ties", "margin_loss" + suffix, "equal largest others: the first").With("reduction", "none").Integers("input", 9, 6).Labels("target", 9, 6);
            yield return new GoldenCase("usual", "dlr_loss" + suffix, "ten classes").Normal("input", 6, 10).Labels("target", 6, 10);
            yield return new GoldenCase("ties", "dlr_loss" + suffix, "equal largest logits: a quotient by zero as the order of operations defines it").With("reduction", "none").Integers("input", 9, 4).Labels("target", 9, 4);
            yield return new GoldenCase("targeted", "dlr_loss" + suffix, "with attack_target").Normal("input", 6, 10).GivenLabels("target", 0, 1, 2, 3, 4, 5).GivenLabels("attack_target", 1, 2, 3, 4, 5, 6);
        }
    }
}

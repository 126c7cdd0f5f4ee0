namespace RobMask.Verification.Golden.Cases;

/// <summary>sgd_step and pgd_step.</summary>
internal static class StepCases
{
    public static IEnumerable<GoldenCase> All()
    {
        yield return Sgd("plain", "w ← fma(−η, g, w)", "0.1", "0", "0", "0", "false", false);
        yield return Sgd("first-momentum", "the first step sets the buffer", "0.1", "0.9", "0", "0.0005", "false", false);
        yield return Sgd("momentum", "a later step", "0.1", "0.9", "0", "0.0005", "false", true);
        yield return Sgd("dampening", "dampening", "0.01", "0.9", "0.1", "0", "false", true);
        yield return Sgd("nesterov", "Nesterov", "0.05", "0.9", "0", "0.0001", "true", true);
        yield return new GoldenCase("hostile", "sgd_step", "hostile values").With("lr", "0.1").With("momentum", "0.9").Hostile("param", 40).Hostile("grad", 40).Hostile("momentum_buffer", 40);
        foreach (string norm in (string[])["linf", "l2"])
        {
            yield return Pgd(new GoldenCase(norm, "pgd_step", $"a step in {norm}, clipped to ball and box"), norm, "0.02", "0.031372551").Uniform("input", 3, 2, 5, 5).Uniform("origin", 3, 2, 5, 5).Normal("grad", 3, 2, 5, 5);
            yield return Pgd(new GoldenCase(norm + "-zero-gradient", "pgd_step", "sign(0) = 0; a gradient of norm 0"), norm, "0.02", "0.5").Uniform("input", 1, 6).Uniform("origin", 1, 6).Values("grad", [1, 6], 0, -0f, 0, 0, 0, 0);
            yield return Pgd(new GoldenCase(norm + "-radius-zero", "pgd_step", "ε = 0 gives the origin"), norm, "0.02", "0").Uniform("input", 2, 7).Uniform("origin", 2, 7).Normal("grad", 2, 7);
            yield return Pgd(new GoldenCase(norm + "-hostile", "pgd_step", "hostile gradients"), norm, "0.02", "0.1").Uniform("input", 4, 15).Uniform("origin", 4, 15).Hostile("grad", 4, 15);
        }
    }

    private static GoldenCase Sgd(string name, string why, string rate, string momentum, string dampening, string decay, string nesterov, bool buffer)
    {
        GoldenCase one = new GoldenCase(name, "sgd_step", why)
            .With("lr", rate).With("momentum", momentum).With("dampening", dampening).With("weight_decay", decay).With("nesterov", nesterov)
            .Normal("param", 7, 5).Normal("grad", 7, 5);
        return buffer ? one.Normal("momentum_buffer", 7, 5) : one;
    }

    private static GoldenCase Pgd(GoldenCase one, string norm, string stepSize, string epsilon) => one.With("norm", norm).With("step_size", stepSize).With("epsilon", epsilon);
}

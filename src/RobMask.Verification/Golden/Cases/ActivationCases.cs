namespace RobMask.Verification.Golden.Cases;

/// <summary>relu, feature_mask, add, softmax and log_softmax.</summary>
internal static class ActivationCases
{
    public static IEnumerable<GoldenCase> All()
    {
        yield return new GoldenCase("usual", "relu", "random values").Normal("input", 3, 2, 5, 7);
        yield return new GoldenCase("hostile", "relu", "−0 becomes +0, NaN goes through").Hostile("input", 4, 5, 3);
        yield return new GoldenCase("usual", "relu_backward", "random values").Normal("input", 3, 2, 5, 7).Normal("grad_output", 3, 2, 5, 7);
        yield return new GoldenCase("hostile", "relu_backward", "+0 at 0; passes at NaN").Hostile("input", 4, 5, 3).Hostile("grad_output", 4, 5, 3);
        yield return new GoldenCase("usual", "feature_mask", "random values").Normal("input", 3, 2, 5, 7);
        yield return new GoldenCase("hostile", "feature_mask", "zeros of both signs and NaN are closed").Hostile("input", 4, 5, 3);
        yield return new GoldenCase("usual", "add", "random values").Normal("left", 3, 2, 5, 7).Normal("right", 3, 2, 5, 7);
        yield return new GoldenCase("hostile", "add", "zeros of both signs, sums that overflow, ∞ − ∞").Hostile("left", 4, 5, 3).Hostile("right", 4, 5, 3);
        foreach (string operation in (string[])["softmax", "log_softmax"])
        {
            yield return new GoldenCase("usual", operation, "ten classes").Normal("input", 7, 10);
            yield return new GoldenCase("one-class", operation, "one class").Normal("input", 3, 1);
            yield return new GoldenCase("101-classes", operation, "more classes than lanes").Scaled("input", 5, 3, 101);
            yield return new GoldenCase("saturated", operation, "differences beyond the range of exp, equal maxima").Values("input", [4, 3], 0, 200, -200, 88.7f, 88.7f, -15, 3e38f, -3e38f, 0, 1, 1, 1);
            yield return new GoldenCase("hostile", operation, "infinities and NaN").Hostile("input", 9, 5);
        }
    }
}

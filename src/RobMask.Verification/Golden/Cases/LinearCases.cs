namespace RobMask.Verification.Golden.Cases;

/// <summary>linear and linear_backward.</summary>
internal static class LinearCases
{
    public static IEnumerable<GoldenCase> All()
    {
        foreach ((string name, string why, int images, int inputs, int outputs) in new[]
        {
            ("one", "the smallest", 1, 1, 1),
            ("prime-sizes", "no extent divides a tile or a lane", 7, 31, 13),
            ("513-inputs", "a long chain", 2, 513, 3),
            ("many-images", "sums over images in the gradients of weight and bias", 131, 3, 2),
        })
        {
            yield return new GoldenCase(name, "linear", why).Normal("input", images, inputs).Normal("weight", outputs, inputs).Normal("bias", outputs);
            yield return new GoldenCase(name, "linear_backward", why).Normal("input", images, inputs).Normal("weight", outputs, inputs).Normal("grad_output", images, outputs);
        }

        yield return new GoldenCase("no-bias", "linear", "nothing is added at the end").Normal("input", 3, 4).Normal("weight", 2, 4);
        yield return new GoldenCase("integers", "linear", "exact in any order").Integers("input", 5, 40).Integers("weight", 6, 40).Integers("bias", 6);
        yield return new GoldenCase("cancellation", "linear", "large terms that cancel").Cancelling("input", 4, 50).Normal("weight", 5, 50).Normal("bias", 5);
        yield return new GoldenCase("hostile", "linear", "hostile values").Hostile("input", 4, 9).Hostile("weight", 5, 9).Hostile("bias", 5);
        yield return new GoldenCase("hostile", "linear_backward", "hostile values").Hostile("input", 4, 9).Hostile("weight", 5, 9).Hostile("grad_output", 4, 5);
        yield return new GoldenCase("large-512-10", "linear_backward", "the last layer of ResNet-18 at batch 128").Drawn("input", 128, 512).Drawn("weight", 10, 512).Drawn("grad_output", 128, 10);
    }
}

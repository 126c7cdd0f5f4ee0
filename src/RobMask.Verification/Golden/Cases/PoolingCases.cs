namespace RobMask.Verification.Golden.Cases;

/// <summary>Max-, average and global average pooling with their gradients.</summary>
internal static class PoolingCases
{
    public static IEnumerable<GoldenCase> All()
    {
        foreach ((string name, string why, int[] shape, string kernel, string stride, string padding, int[] output) in new (string, string, int[], string, string, string, int[])[]
        {
            ("2x2", "windows side by side", [2, 3, 6, 4], "2", "2", "0", [2, 3, 3, 2]),
            ("overlapping", "3×3 windows two apart with padding, as ResNet's stem", [2, 2, 7, 9], "3", "2", "1", [2, 2, 4, 5]),
            ("non-square", "every attribute differs between rows and columns", [1, 2, 8, 7], "3,2", "1,3", "1,0", [1, 2, 8, 2]),
        })
        {
            foreach (string kind in (string[])["max_pool2d", "avg_pool2d"])
            {
                yield return Pool(new GoldenCase(name, kind, why), kernel, stride, padding).Normal("input", shape);
                yield return Pool(new GoldenCase(name, kind + "_backward", why), kernel, stride, padding).Normal("input", shape).Normal("grad_output", output);
            }
        }

        yield return Pool(new GoldenCase("ties", "max_pool2d_backward", "equal largest values: the first takes the gradient"), "3", "2", "1").Integers("input", 2, 2, 7, 7).Normal("grad_output", 2, 2, 4, 4);
        yield return Pool(new GoldenCase("hostile", "max_pool2d", "NaN wins; −0 and +0 are equal"), "2", "1", "0").Hostile("input", 2, 2, 5, 5);
        yield return Pool(new GoldenCase("hostile", "avg_pool2d", "hostile values"), "2", "1", "1").Hostile("input", 2, 2, 5, 5);
        foreach ((string name, string why, int[] shape) in new (string, string, int[])[]
        {
            ("usual", "planes of 16 values", [3, 4, 4, 4]),
            ("prime-sizes", "planes of 77 values: two rounds of the 32 lanes and 13 more", [2, 3, 7, 11]),
            ("one-pixel", "planes of one value", [2, 3, 1, 1]),
        })
        {
            yield return new GoldenCase(name, "global_avg_pool", why).Normal("input", shape);
            yield return new GoldenCase(name, "global_avg_pool_backward", why).Normal("input", shape).Normal("grad_output", shape[0], shape[1]);
        }

        yield return new GoldenCase("cancellation", "global_avg_pool", "large terms that cancel: the order of the lanes shows in f64").Cancelling("input", 2, 2, 9, 9);
        yield return new GoldenCase("hostile", "global_avg_pool", "hostile values").Hostile("input", 2, 3, 3, 3);
    }

    private static GoldenCase Pool(GoldenCase one, string kernel, string stride, string padding) => one.With("kernel_size", kernel).With("stride", stride).With("padding", padding);
}

namespace RobMask.Verification.Golden.Cases;

/// <summary>conv2d and conv2d_backward.</summary>
internal static class ConvolutionCases
{
    /// <summary>Why, input [N, C, H, W], weight [K, C/groups, R, S], attributes (stride, padding, dilation, groups).</summary>
    private static readonly (string Name, string Why, int[] Input, int[] Weight, string Stride, string Padding, string Dilation, int Groups)[] Shapes =
    [
        ("one-product", "the smallest: one multiplication, rounded as fma with +0", [1, 1, 1, 1], [1, 1, 1, 1], "1", "0", "1", 1),
        ("3x3", "a usual layer: padding of zeros takes part in the chain", [2, 3, 6, 5], [4, 3, 3, 3], "1", "1", "1", 1),
        ("prime-sizes", "no extent divides a tile or a lane", [3, 5, 11, 7], [13, 5, 3, 3], "1", "1", "1", 1),
        ("stride-2", "rows and columns left over at the end", [2, 3, 8, 7], [5, 3, 3, 3], "2", "1", "1", 1),
        ("stride-beyond-kernel", "pixels that no tap reads: their gradient is +0", [1, 2, 9, 9], [2, 2, 2, 2], "3", "0", "1", 1),
        ("non-square", "every attribute differs between rows and columns", [2, 4, 7, 9], [6, 2, 3, 2], "2,1", "0,1", "1,2", 2),
        ("dilation", "taps two apart", [1, 2, 8, 8], [3, 2, 3, 3], "1", "2", "2", 1),
        ("depthwise", "one channel a group", [2, 6, 5, 5], [6, 1, 3, 3], "1", "1", "1", 6),
        ("1x1", "a matrix product over channels", [2, 17, 4, 4], [9, 17, 1, 1], "1", "0", "1", 1),
        ("1x1-stride-2", "the shortcut of a residual network", [2, 8, 6, 6], [12, 8, 1, 1], "2", "0", "1", 1),
        ("kernel-is-image", "one output pixel", [3, 2, 4, 5], [4, 2, 4, 5], "1", "0", "1", 1),
        ("23-images", "the gradient of the weight adds blocks of images in a tree of an odd number of leaves", [23, 2, 5, 5], [3, 2, 3, 3], "1", "1", "1", 1),
        ("600-pixels", "an image of more than 512 pixels: one image a block", [3, 1, 25, 24], [2, 1, 3, 3], "1", "1", "1", 1),
    ];

    public static IEnumerable<GoldenCase> All()
    {
        foreach ((string name, string why, int[] input, int[] weight, string stride, string padding, string dilation, int groups) in Shapes)
        {
            yield return Attributes(new GoldenCase(name, "conv2d", why), stride, padding, dilation, groups)
                .Normal("input", input).Normal("weight", weight).Normal("bias", weight[0]);
            yield return Attributes(new GoldenCase(name, "conv2d_backward", why), stride, padding, dilation, groups)
                .Normal("input", input).Normal("weight", weight).Normal("grad_output", Output(input, weight, stride, padding, dilation));
        }

        yield return new GoldenCase("no-bias", "conv2d", "without a bias nothing is added at the end").With("padding", "1").Normal("input", 1, 2, 4, 4).Normal("weight", 2, 2, 3, 3);
        yield return new GoldenCase("no-bias", "conv2d_backward", "without a bias there is no grad_bias").With("padding", "1").With("bias", "false").Normal("input", 1, 2, 4, 4).Normal("weight", 2, 2, 3, 3).Normal("grad_output", 1, 2, 4, 4);
        yield return new GoldenCase("integers", "conv2d", "exact in any order: an implementation that differs here has a wrong index, not another order").With("padding", "1").Integers("input", 2, 3, 6, 6).Integers("weight", 4, 3, 3, 3).Integers("bias", 4);
        yield return new GoldenCase("integers", "conv2d_backward", "exact in any order").With("padding", "1").Integers("input", 2, 3, 6, 6).Integers("weight", 4, 3, 3, 3).Integers("grad_output", 2, 4, 6, 6);
        yield return new GoldenCase("cancellation", "conv2d", "large terms that cancel: every other order gives other bits").With("padding", "1").Cancelling("input", 2, 4, 6, 6).Normal("weight", 4, 4, 3, 3).Normal("bias", 4);
        yield return new GoldenCase("cancellation", "conv2d_backward", "large terms that cancel").With("padding", "1").Cancelling("input", 2, 4, 6, 6).Normal("weight", 4, 4, 3, 3).Cancelling("grad_output", 2, 4, 6, 6);
        yield return new GoldenCase("hostile", "conv2d", "zeros of both signs, subnormals, overflow, infinities, NaN; padding times NaN is NaN").With("padding", "1").Hostile("input", 2, 2, 5, 5).Hostile("weight", 3, 2, 3, 3).Hostile("bias", 3);
        yield return new GoldenCase("hostile", "conv2d_backward", "hostile values").With("padding", "1").Hostile("input", 2, 2, 5, 5).Hostile("weight", 3, 2, 3, 3).Hostile("grad_output", 2, 3, 5, 5);
        yield return new GoldenCase("tiny", "conv2d", "products below the least normal number: gradual underflow").Scaled("input", 1e-22f, 1, 3, 5, 5).Scaled("weight", 1e-20f, 2, 3, 3, 3);
        yield return new GoldenCase("large-64-64-32x32", "conv2d", "a layer of ResNet-18 at batch 4: more than one block of channels, all tiles").With("padding", "1").Drawn("input", 4, 64, 32, 32).Drawn("weight", 64, 64, 3, 3).Drawn("bias", 64);
        yield return new GoldenCase("large-64-64-32x32", "conv2d_backward", "its gradients").With("padding", "1").Drawn("input", 4, 64, 32, 32).Drawn("weight", 64, 64, 3, 3).Drawn("grad_output", 4, 64, 32, 32);
        yield return new GoldenCase("large-stride-2", "conv2d_backward", "a strided layer: phases of the gradient of the input").With("padding", "1").With("stride", "2").Drawn("input", 5, 48, 16, 16).Drawn("weight", 65, 48, 3, 3).Drawn("grad_output", 5, 65, 8, 8);
        yield return new GoldenCase("large-grouped", "conv2d_backward", "ResNeXt's grouped layer").With("padding", "1").With("groups", "8").Drawn("input", 5, 64, 16, 16).Drawn("weight", 64, 8, 3, 3).Drawn("grad_output", 5, 64, 16, 16);
    }

    private static GoldenCase Attributes(GoldenCase one, string stride, string padding, string dilation, int groups) =>
        one.With("stride", stride).With("padding", padding).With("dilation", dilation).With("groups", groups);

    private static int[] Output(int[] input, int[] weight, string stride, string padding, string dilation)
    {
        static int Of(string pair, int d) => int.Parse(pair.Split(',')[d == 2 ? 0 : pair.Split(',').Length - 1], System.Globalization.CultureInfo.InvariantCulture);
        int Extent(int d) => ((input[d] + (2 * Of(padding, d)) - (Of(dilation, d) * (weight[d] - 1)) - 1) / Of(stride, d)) + 1;
        return [input[0], weight[0], Extent(2), Extent(3)];
    }
}

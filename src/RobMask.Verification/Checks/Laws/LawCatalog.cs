using RobMask.Verification.Operations;

namespace RobMask.Verification.Checks.Laws;

/// <summary>All laws.</summary>
internal static class LawCatalog
{
    private static readonly string[] Images =
    [
        "conv2d", "conv2d_backward", "linear", "linear_backward", "normalize", "normalize_backward", "batch_norm", "batch_norm_backward", "rescale", "rescale_backward",
        "mixed_rescale", "mixed_rescale_backward", "max_pool2d", "max_pool2d_backward", "avg_pool2d", "avg_pool2d_backward", "global_avg_pool", "global_avg_pool_backward",
        "softmax", "log_softmax", "cross_entropy", "cross_entropy_backward", "kl_div", "kl_div_backward", "margin_loss", "margin_loss_backward", "dlr_loss", "dlr_loss_backward", "pgd_step", "sum", "mean",
    ];

    /// <summary>The laws; those of one name are one law for several operations.</summary>
    public static IReadOnlyList<Law> All { get; } =
    [
        new PermutationLaw("N", "permutation of images", "images", Images),
        new PermutationLaw(
            "C",
            "permutation of channels",
            "channels",
            "conv2d", "conv2d_backward", "normalize", "normalize_backward", "batch_norm", "batch_norm_backward", "rescale", "rescale_backward", "mixed_rescale", "mixed_rescale_backward",
            "max_pool2d", "avg_pool2d", "global_avg_pool"),
        new PermutationLaw("D", "permutation of features", "features", "linear", "linear_backward", "sum", "mean"),
        new PermutationLaw("K", "permutation of output channels", "output channels or classes", "conv2d", "conv2d_backward", "linear", "linear_backward", "softmax", "log_softmax", "kl_div", "kl_div_backward"),
        new PermutationLaw("k", "permutation of primary masks", "primary masks", "mixed_rescale", "mixed_rescale_backward"),
        new BatchIndependenceLaw(),
        .. ScalingLaw.All,
        .. AdjointLaw.All,
        new MixtureLinearityLaw(),
        new OneHotMixtureLaw(),
        new MonotoneMaskLaw(),
        new ReluIdempotentLaw(),
        new MaxPoolMonotoneLaw(),
        new SoftmaxShiftLaw(),
        .. RowSumLaw.All,
        new NormalizedMeanLaw(),
        new InBallAndBoxLaw(),
        new NoStepLaw(),
        new StatelessRandomLaw(),
    ];

    /// <summary>The laws that are tested in cases of an operation.</summary>
    public static IReadOnlyList<Law> Of(string operation) => [.. All.Where(law => law.Operations.Contains(operation))];

    /// <summary>The operations that some law is about.</summary>
    public static IReadOnlyList<string> Operations { get; } = [.. OperationCatalog.All.Select(operation => operation.Name).Where(name => All.Any(law => law.Operations.Contains(name)))];
}

using FsCheck;
using FsCheck.Fluent;

namespace RobMask.Verification.Checks.Cases;

/// <summary>What the cases of an operation vary.</summary>
/// <param name="Letters">The letters of its shapes.</param>
/// <param name="Attributes">Its attributes, each with a generator of its text.</param>
/// <param name="LeastClasses">The fewest classes that it accepts, where K counts classes.</param>
internal sealed record CaseSpec(IReadOnlyList<string> Letters, IReadOnlyList<(string Name, Gen<string> Text)> Attributes, int LeastClasses = 1)
{
    private static readonly Gen<string> Flag = Gen.Elements("false", "true");
    private static readonly (string, Gen<string>) ReductionOf = ("reduction", Gen.Elements("mean", "sum", "none"));
    private static readonly (string, Gen<string>) Epsilon = ("eps", Gen.Frequency((3, Gen.Constant("1e-5")), (1, Gen.Elements("1e-3", "1", "1e-12"))));

    /// <summary>That of an operation.</summary>
    public static CaseSpec Of(string operation) => operation switch
    {
        "conv2d" => Convolution(),
        "conv2d_backward" => Convolution(("bias", Flag)),
        "linear" or "linear_backward" => new(["N", "D", "K"], []),
        "normalize" or "batch_norm" => new(["N", "C", "H", "W"], [("training", Flag), Epsilon, ("momentum", Gen.Elements("0.1", "0.01", "0.9", "0", "1"))]),
        "normalize_backward" or "batch_norm_backward" => new(["N", "C", "H", "W"], [("training", Flag), Epsilon]),
        "sum" or "mean" => new(["N", "D"], []),
        "mixed_rescale" or "mixed_rescale_backward" => new(["N", "C", "H", "W", "k"], []),
        "max_pool2d" or "max_pool2d_backward" or "avg_pool2d" or "avg_pool2d_backward" => new(["N", "C", "H", "W"], [("kernel_size", Pair(1, 4)), ("stride", Pair(0, 3)), ("padding", Pair(0, 2))]),
        "softmax" or "log_softmax" => new(["N", "K"], []),
        "cross_entropy" or "cross_entropy_backward" => new(["N", "K"], [ReductionOf, ("label_smoothing", Gen.Elements("0", "0.1", "0.5"))]),
        "kl_div" or "kl_div_backward" => new(["N", "K"], [ReductionOf]),
        "margin_loss" or "margin_loss_backward" => new(["N", "K"], [ReductionOf], 2),
        "dlr_loss" or "dlr_loss_backward" => new(["N", "K"], [ReductionOf], 4),
        "sgd_step" => new(
            ["N", "C", "H", "W"],
            [
                ("lr", Gen.Elements("0.1", "0.01", "1", "0")), ("momentum", Gen.Elements("0", "0.9", "0.5", "1")), ("dampening", Gen.Elements("0", "0.1", "1")),
                ("weight_decay", Gen.Elements("0", "0.0005", "0.1")), ("nesterov", Flag),
            ]),
        "pgd_step" => new(
            ["N", "C", "H", "W"],
            [("norm", Gen.Elements("linf", "l2")), ("step_size", Gen.Elements("0.1", "0.0078431377", "2", "0")), ("epsilon", Gen.Elements("0.3", "0.031372551", "1", "0"))]),
        "philox" => new(
            [],
            [
                ("seed", Gen.Choose(0, int.MaxValue).Select(seed => ((ulong)seed * 4294967311).ToString(System.Globalization.CultureInfo.InvariantCulture))),
                ("stream", Number(0, 9)), ("count", Number(1, 200)), ("distribution", Gen.Elements("uniform", "normal", "words")),
            ]),
        _ => new(["N", "C", "H", "W"], []),
    };

    private static CaseSpec Convolution(params (string, Gen<string>)[] more) => new(
        ["N", "C", "H", "W", "K", "R", "S"],
        [
            ("stride", Pair(1, 3)), ("padding", Pair(0, 3)), ("dilation", Gen.Frequency((3, Gen.Constant("1,1")), (2, Pair(1, 3)))),
            ("groups", Gen.Frequency((3, Gen.Constant("1")), (2, Number(2, 4)))), .. more,
        ]);

    private static Gen<string> Number(int least, int greatest) => Gen.Choose(least, greatest).Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static Gen<string> Pair(int least, int greatest) => Gen.Zip(Number(least, greatest), Number(least, greatest), (height, width) => $"{height},{width}");
}

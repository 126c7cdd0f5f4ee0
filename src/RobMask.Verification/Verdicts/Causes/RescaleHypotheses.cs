using RobMask.Tensors;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of rescaling and of mixtures of primary masks.</summary>
internal static class RescaleHypotheses
{
    public static IReadOnlyList<Hypothesis> Rescale { get; } =
    [
        Hypothesis.Input("beta is missing", "beta", Zeros),
        Hypothesis.Input("gamma is missing", "gamma", Ones),
        Hypothesis.Input("gamma is that of the next image or channel", "gamma", gamma => Hypothesis.Rolled(gamma, 1)),
        Hypothesis.Input("beta is that of the next image or channel", "beta", beta => Hypothesis.Rolled(beta, 1)),
        Swapped("gamma", "beta"),
    ];

    public static IReadOnlyList<Hypothesis> OfBatchNorm { get; } =
    [
        Hypothesis.Input("bias is missing", "bias", Zeros),
        Hypothesis.Input("weight is missing", "weight", Ones),
        Swapped("weight", "bias"),
    ];

    public static IReadOnlyList<Hypothesis> Mixed { get; } =
    [
        Hypothesis.Input("the coefficients are those of the next image", "coefficients", u => Hypothesis.Rolled(u, 1)),
        Hypothesis.Input("the coefficients are those of the image before", "coefficients", u => Hypothesis.Rolled(u, -1)),
        Hypothesis.Input("the coefficients of the first image are used for all", "coefficients", FirstForAll),
        Hypothesis.Input("the coefficients are ignored: all masks weigh the same", "coefficients", u => Hypothesis.Map(u, _ => 1.0 / u.Shape[1])),
        Hypothesis.Input("the order of the masks is reversed", "coefficients", Reversed),
        Hypothesis.Input("betas are missing", "betas", Zeros),
        Swapped("gammas", "betas"),
    ];

    private static DenseTensor<double> Zeros(DenseTensor<double> tensor) => new(tensor.Shape);

    private static DenseTensor<double> Ones(DenseTensor<double> tensor) => Hypothesis.Map(tensor, _ => 1);

    private static Hypothesis Swapped(string first, string second) => Hypothesis.Of($"{first} and {second} are exchanged", suspicion =>
        suspicion.Input(first) is { } x && suspicion.Input(second) is { } y && Hypothesis.With(suspicion.Request, first, y) is { } changed ? Hypothesis.With(changed, second, x) : null);

    private static DenseTensor<double> FirstForAll(DenseTensor<double> coefficients)
    {
        DenseTensor<double> same = new(coefficients.Shape);
        for (int n = 0; n < same.Shape[0]; n++)
        {
            coefficients.Image(0).CopyTo(same.Image(n));
        }

        return same;
    }

    private static DenseTensor<double> Reversed(DenseTensor<double> coefficients)
    {
        DenseTensor<double> reversed = new(coefficients.Shape);
        coefficients.Span.CopyTo(reversed.Span);
        for (int n = 0; n < reversed.Shape[0]; n++)
        {
            reversed.Image(n).Reverse();
        }

        return reversed;
    }
}

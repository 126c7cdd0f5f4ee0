using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of losses and their gradients.</summary>
internal static class LossHypotheses
{
    public static IReadOnlyList<Hypothesis> All { get; } =
    [
        Hypothesis.Attribute("the sum over images in place of the mean: 1/N is missing", "reduction", suspicion => Reduction(suspicion) == "mean" ? "sum" : null),
        Hypothesis.Attribute("the mean over images in place of the sum: 1/N too much", "reduction", suspicion => Reduction(suspicion) == "sum" ? "mean" : null),
        Hypothesis.Attribute("label smoothing is ignored", "label_smoothing", suspicion => suspicion.Attributes.ContainsKey("label_smoothing") ? "0" : null),
        Hypothesis.Of("the labels are those of the next image", suspicion => Hypothesis.With(suspicion.Request, "target", RolledLabels(suspicion.Request.Inputs.GetValueOrDefault("target"), 1))),
        Hypothesis.Of("the labels are those of the image before", suspicion => Hypothesis.With(suspicion.Request, "target", RolledLabels(suspicion.Request.Inputs.GetValueOrDefault("target"), -1))),
        Hypothesis.Of("the divergence is that of the other direction", suspicion =>
            suspicion.Request.Name.StartsWith("kl_div", StringComparison.Ordinal) && Hypothesis.With(suspicion.Request, "input", suspicion.Input("reference")) is { } changed
                ? Hypothesis.With(changed, "reference", suspicion.Input("input"))
                : null),
    ];

    private static string? Reduction(Suspicion suspicion) => suspicion.Attributes.GetValueOrDefault("reduction") as string;

    private static DenseTensor<long>? RolledLabels(ITensor? labels, int by)
    {
        if (labels is not (DenseTensor<long> or DenseTensor<int>) || labels.Shape.Length < 2)
        {
            return null;
        }

        DenseTensor<double> numbers = TensorNumbers.Of(labels);
        DenseTensor<long> rolled = new(labels.Shape);
        for (int n = 0; n < rolled.Length; n++)
        {
            rolled.Span[n] = (long)numbers.Span[(n + by + rolled.Length) % rolled.Length];
        }

        return rolled;
    }
}

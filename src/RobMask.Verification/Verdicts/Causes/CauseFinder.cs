using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Guesses what went wrong: a known fault of the operation, else a relation between the values, and where it is.</summary>
internal static class CauseFinder
{
    private static readonly Dictionary<string, IReadOnlyList<Hypothesis>> Tables = new(StringComparer.Ordinal)
    {
        ["normalize"] = NormalizeHypotheses.Forward,
        ["normalize_backward"] = NormalizeHypotheses.Backward,
        ["batch_norm"] = [.. NormalizeHypotheses.Forward, .. RescaleHypotheses.OfBatchNorm],
        ["batch_norm_backward"] = NormalizeHypotheses.Backward,
        ["relu"] = ActivationHypotheses.Relu,
        ["relu_backward"] = ActivationHypotheses.ReluBackward,
        ["feature_mask"] = ActivationHypotheses.Mask,
        ["rescale"] = RescaleHypotheses.Rescale,
        ["rescale_backward"] = RescaleHypotheses.Rescale,
        ["mixed_rescale"] = RescaleHypotheses.Mixed,
        ["mixed_rescale_backward"] = RescaleHypotheses.Mixed,
        ["max_pool2d"] = PoolingHypotheses.All,
        ["max_pool2d_backward"] = PoolingHypotheses.All,
        ["avg_pool2d"] = PoolingHypotheses.All,
        ["avg_pool2d_backward"] = PoolingHypotheses.All,
        ["global_avg_pool"] = PoolingHypotheses.All,
        ["global_avg_pool_backward"] = PoolingHypotheses.All,
        ["cross_entropy"] = LossHypotheses.All,
        ["cross_entropy_backward"] = LossHypotheses.All,
        ["kl_div"] = LossHypotheses.All,
        ["kl_div_backward"] = LossHypotheses.All,
        ["margin_loss"] = LossHypotheses.All,
        ["margin_loss_backward"] = LossHypotheses.All,
        ["dlr_loss"] = LossHypotheses.All,
        ["dlr_loss_backward"] = LossHypotheses.All,
        ["sgd_step"] = StepHypotheses.Sgd,
        ["pgd_step"] = StepHypotheses.Pgd,
    };

    /// <summary>The cause in words, null where nothing is guessed; and the precision that it is, where it is one.</summary>
    /// <param name="suspicion">The output.</param>
    /// <param name="isPrecision">Whether a precision of the whole output may be the cause.</param>
    public static (string? Words, ArithmeticModel? Model) Of(Suspicion suspicion, bool isPrecision = true)
    {
        Fault? products = ProductHypotheses.Find(suspicion);
        Fault? fault = (products?.Model is null || isPrecision ? products : null) ?? ReductionFaults.Find(suspicion) ?? Known(suspicion) ?? OnePass(suspicion) ?? ValuePatterns.Find(suspicion);
        string? place = fault is { Match: Match.Everywhere } ? null : PlacePatterns.Find(suspicion);
        string? words = fault is null ? place : place is null ? fault.Words : $"{fault.Words} ({place})";
        return (words, fault is { Match: Match.Everywhere } ? fault.Model : null);
    }

    private static Fault? Known(Suspicion suspicion)
    {
        foreach (Hypothesis hypothesis in Tables.GetValueOrDefault(suspicion.Request.Name) ?? [])
        {
            if (hypothesis.Expect(suspicion) is BoundedTensor other && suspicion.Matches(other) is Match match and not Match.None)
            {
                return new Fault(hypothesis.Words, match);
            }
        }

        return null;
    }

    private static Fault? OnePass(Suspicion suspicion) => OnePassVariance.Find(suspicion) is string words ? new Fault(words, Match.Everywhere) : null;
}

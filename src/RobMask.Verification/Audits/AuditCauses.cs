using System.Runtime.InteropServices;
using RobMask.Verification.Audits.Replays;

namespace RobMask.Verification.Audits;

/// <summary>Guesses at what went wrong with a step. A cause is a guess, a verdict is not.</summary>
internal static class AuditCauses
{
    private const int Few = 8;

    /// <summary>What the optimiser's part of the step looks like.</summary>
    public static IEnumerable<string> OfUpdate(RecordedStep recorded, UpdateOutcome outcome)
    {
        if (outcome.Holds)
        {
            yield break;
        }

        if (recorded.Gradients.Keys.All(name => Same(recorded.Before[name], recorded.After[name])))
        {
            yield return "no parameter moved: the step was skipped, or its result was not kept";
            yield break;
        }

        double factor = Factor(recorded);
        if (UpdateCheck.Under(recorded, (_, rates) => rates with { LearningRate = (float)(rates.LearningRate * factor) }, true) is var scaled && Most(scaled, outcome))
        {
            yield return FormattableString.Invariant($"the learning rate was {factor:G7} times the declared one");
        }
        else if (Most(UpdateCheck.Under(recorded, (_, rates) => rates with { WeightDecay = 0 }, true), outcome))
        {
            yield return "weight decay is missing";
        }
        else if (Most(UpdateCheck.Under(recorded, (_, rates) => rates, false), outcome) || Most(UpdateCheck.Under(recorded, (_, rates) => rates with { Momentum = 0, Nesterov = false }, true), outcome))
        {
            yield return "the momentum buffer was not used";
        }
        else if (Most(UpdateCheck.Under(recorded, (_, rates) => rates with { Nesterov = !rates.Nesterov && rates.Dampening == 0 }, true), outcome))
        {
            yield return "Nesterov's momentum was exchanged for the usual, or the other way round";
        }
        else
        {
            foreach (UpdateViolation violation in outcome.Violations.Take(Few))
            {
                yield return violation.Outside == violation.Count
                    ? $"all of {violation.Name} is not what the step gives"
                    : $"{violation.Outside} of {violation.Count} elements of {violation.Name} are not what the step gives; the first: {violation.First}";
            }
        }
    }

    /// <summary>What the measured part of the step looks like.</summary>
    public static IEnumerable<string> OfMeasured(RecordedStep recorded, StepMeasurement measurement, IReadOnlyList<AuditCheck> checks, IReadOnlyList<AuditTensor> tensors)
    {
        AuditCheck[] bad = [.. checks.Where(check => check.Kind == AuditCheck.Measured && check.Verdict > AuditVerdict.NotChecked)];
        if (bad.FirstOrDefault(check => check.Verdict == AuditVerdict.Explained) is { } explained)
        {
            string arithmetic = explained.Detail[(explained.Detail.LastIndexOf(' ') + 1)..];
            yield return $"operands of products were rounded as in {arithmetic}, {recorded.Step.Arithmetic} was declared";
            yield break;
        }

        if (bad.Any(check => check.Name == "gradients"))
        {
            yield return Gradients(recorded, measurement, tensors);
        }

        if (bad.Any(check => check.Name == "running statistics"))
        {
            yield return Statistics(recorded, tensors);
        }

        if (bad.Any(check => check.Name == "attack"))
        {
            yield return "the attack was another one, or was made against other weights";
        }
    }

    private static string Gradients(RecordedStep recorded, StepMeasurement measurement, IReadOnlyList<AuditTensor> tensors)
    {
        AuditTensor[] all = [.. tensors.Where(tensor => recorded.Gradients.ContainsKey(tensor.Name))];
        AuditTensor[] beyond = [.. all.Where(tensor => tensor.Ratio > MeasuredChecks.Factor(recorded.Step.Arithmetic))];
        double product = 0;
        double given = 0;
        double expected = 0;
        foreach (AuditTensor tensor in beyond)
        {
            foreach ((float x, double y) in recorded.Gradients[tensor.Name].Zip(measurement.Reference[tensor.Name]))
            {
                product += x * y;
                given += (double)x * x;
                expected += y * y;
            }
        }

        double cosine = product / Math.Sqrt(given * expected);
        double factor = product / expected;
        return beyond.Length < all.Length && beyond.Length <= Few ? $"the gradients of {string.Join(", ", beyond.Select(tensor => tensor.Name))} alone are not the batch's"
            : given == 0 ? "the gradients are zero"
            : !double.IsFinite(cosine) ? "the gradients are no numbers"
            : cosine > 1 - 1e-6 ? FormattableString.Invariant($"the gradients are {factor:G6} times the batch's")
            : cosine > 0.9 ? FormattableString.Invariant($"the gradients are near the batch's (cosine {cosine:0.0000}): a part of the batch, the settings or the arithmetic was another")
            : FormattableString.Invariant($"the gradients have little to do with the batch (cosine {cosine:0.00}): another batch, or other weights");
    }

    private static string Statistics(RecordedStep recorded, IReadOnlyList<AuditTensor> tensors)
    {
        string[] beyond = [.. tensors.Where(tensor => tensor.Ratio > MeasuredChecks.Factor(recorded.Step.Arithmetic) && tensor.Name.Contains(".running_", StringComparison.Ordinal)).Select(tensor => tensor.Name)];
        return beyond.All(name => Same(recorded.Before[name], recorded.After[name]))
            ? "running statistics were not updated: " + string.Join(", ", beyond.Take(Few))
            : "running statistics are not the batch's: " + string.Join(", ", beyond.Take(Few));
    }

    // Nearly everything that was outside is within under the hypothesis.
    private static bool Most(UpdateOutcome hypothesis, UpdateOutcome outcome) => hypothesis.Outside * 10 < outcome.Outside;

    /// <summary>The factor of the learning rate that is nearest to all moves, by least squares.</summary>
    private static double Factor(RecordedStep recorded)
    {
        double product = 0;
        double squares = 0;
        foreach (string name in recorded.Gradients.Keys)
        {
            Ops.SgdOptions rates = recorded.Rates[name];
            for (int i = 0; i < recorded.Gradients[name].Length; i++)
            {
                double w = recorded.Before[name][i];
                double g = recorded.Gradients[name][i] + (rates.WeightDecay * w);
                double direction = recorded.After.GetValueOrDefault("momentum." + name) is { } buffer && rates.Momentum != 0
                    ? rates.Nesterov ? g + (rates.Momentum * buffer[i]) : buffer[i]
                    : g;
                double expected = -rates.LearningRate * direction;
                product += (recorded.After[name][i] - w) * expected;
                squares += expected * expected;
            }
        }

        return squares > 0 ? product / squares : 1;
    }

    private static bool Same(float[] left, float[] right) => MemoryMarshal.Cast<float, int>(left).SequenceEqual(MemoryMarshal.Cast<float, int>(right));
}

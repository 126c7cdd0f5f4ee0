using RobMask.Ops;
using RobMask.Verification.Audits.Replays;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Audits;

/// <summary>The optimiser's part of a step: parameters and momentum buffers after it, element by element, by the proven bound of sgd_step on the recorded gradients.</summary>
internal static class UpdateCheck
{
    /// <summary>Checks every parameter that the optimiser moves.</summary>
    public static UpdateOutcome Run(RecordedStep recorded) => Under(recorded, (_, rates) => rates, usesBuffer: true);

    /// <summary>The same under other rates than were declared: what fault would give these values?</summary>
    /// <param name="recorded">The step.</param>
    /// <param name="change">Gives the rates of a parameter in place of the declared ones.</param>
    /// <param name="usesBuffer">Whether the momentum buffer of before enters.</param>
    public static UpdateOutcome Under(RecordedStep recorded, Func<string, SgdOptions, SgdOptions> change, bool usesBuffer)
    {
        List<UpdateViolation> violations = [];
        double gauge = 0;
        foreach ((string name, float[] gradient) in recorded.Gradients)
        {
            SgdOptions options = change(name, recorded.Rates[name]);
            SgdRates rates = new(options.LearningRate, options.Momentum, options.Dampening, options.WeightDecay, options.Nesterov);
            float[] before = recorded.Before[name];
            float[] after = recorded.After[name];
            float[]? buffer = recorded.Before.GetValueOrDefault("momentum." + name);
            float[]? bufferAfter = recorded.After.GetValueOrDefault("momentum." + name);
            bool first = recorded.Step.Iteration == 0 || !usesBuffer;
            UpdateViolation parameters = new(name, after.Length);
            UpdateViolation buffers = new("momentum." + name, after.Length);
            for (int i = 0; i < gradient.Length; i++)
            {
                (Approximate parameter, Approximate velocity) = rates.Step(before[i], gradient[i], first || buffer is null ? null : buffer[i]);
                gauge = Math.Max(gauge, parameters.Judge(i, after[i], parameter));
                if (bufferAfter is not null && options.Momentum != 0)
                {
                    gauge = Math.Max(gauge, buffers.Judge(i, bufferAfter[i], velocity));
                }
            }

            violations.AddRange(new[] { parameters, buffers }.Where(violation => violation.Outside > 0));
        }

        return new UpdateOutcome(gauge, violations);
    }
}

/// <summary>What came out of the check.</summary>
/// <param name="Gauge">The greatest |given − value| / bound.</param>
/// <param name="Violations">The tensors with elements outside their bounds.</param>
internal sealed record UpdateOutcome(double Gauge, IReadOnlyList<UpdateViolation> Violations)
{
    /// <summary>Whether every element is within its bound.</summary>
    public bool Holds => Violations.Count == 0;

    /// <summary>The elements that are outside.</summary>
    public long Outside => Violations.Sum(violation => (long)violation.Outside);
}

/// <summary>Elements of one tensor outside their bounds.</summary>
/// <param name="name">The tensor.</param>
/// <param name="count">All its elements.</param>
internal sealed class UpdateViolation(string name, int count)
{
    public string Name { get; } = name;

    public int Count { get; } = count;

    public int Outside { get; private set; }

    /// <summary>The first of them, in words.</summary>
    public string First { get; private set; } = string.Empty;

    /// <summary>Judges an element.</summary>
    /// <returns>|given − value| / bound.</returns>
    public double Judge(int index, float given, Approximate expected)
    {
        double error = Math.Abs(given - expected.Value);
        if (error <= expected.ErrorToKeep)
        {
            return expected.ErrorToKeep > 0 && error > 0 ? error / expected.ErrorToKeep : 0;
        }

        if (Outside++ == 0)
        {
            First = FormattableString.Invariant($"{Name}, element {index}: {given:R}, expected {expected.Value:G10} ± {expected.ErrorToKeep:G3}");
        }

        return double.IsNaN(error) ? double.PositiveInfinity : error / expected.ErrorToKeep;
    }
}

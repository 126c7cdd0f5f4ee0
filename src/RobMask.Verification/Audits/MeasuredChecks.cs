using RobMask.Training;
using RobMask.Verification.Audits.Replays;

namespace RobMask.Verification.Audits;

/// <summary>What no bound is proven for: loss, gradients, running statistics and the attack, in units of one step's rounding noise.</summary>
/// <param name="measurement">The step beside the reference and the noise.</param>
/// <param name="recorded">The step.</param>
internal sealed class MeasuredChecks(StepMeasurement measurement, RecordedStep recorded)
{
    // How many times the noise a tensor may be away; docs/audit.md has the ratios of honest runs. Rounded operands are the same in every
    // order of summation, so that replays with them are nearer to a run than replays in float are, and bf16 is 8 times as coarse as TF32.
    private const double FactorOfFloat = 32;
    private const double FactorOfCoarser = 4;

    // Beside the noise of the replays, half a percent of the pixels of an attack may take another turn: one that does changes the gradients of the next step.
    private const double TurnedShare = 0.005;
    private const double Unit = 1.0 / (1 << 24);

    // Rounded operands move nearly every tensor; a single one that is beyond was changed.
    private const int FewestRounded = 2;
    private const double LeastShareRounded = 0.1;

    private static readonly (string Name, OperandFormat Format)[] Formats = [("fp32", OperandFormat.Float), ("tf32", OperandFormat.Tf32), ("bf16", OperandFormat.Bf16)];

    /// <summary>How many times the noise of an arithmetic, by its name, a tensor may be away.</summary>
    public static double Factor(string arithmetic) => arithmetic == Formats[0].Name ? FactorOfFloat : FactorOfCoarser;

    /// <summary>Measures.</summary>
    /// <returns>The checks, and every tensor's distance in the declared arithmetic's noise.</returns>
    /// <exception cref="InvalidDataException">The declared arithmetic is none that is known.</exception>
    public (IReadOnlyList<AuditCheck> Checks, IReadOnlyList<AuditTensor> Tensors) Run()
    {
        int declared = Array.FindIndex(Formats, format => format.Name == recorded.Step.Arithmetic);
        if (declared < 0)
        {
            throw new InvalidDataException($"{recorded.Path}: arithmetic «{recorded.Step.Arithmetic}» is declared; {string.Join(", ", Formats.Select(format => format.Name))} are known");
        }

        IReadOnlyList<AuditTensor> tensors = Tensors(Formats[declared].Format);
        string? other = Explanation(declared, tensors);
        List<AuditCheck> checks =
        [
            Judge("loss", tensors.Where(tensor => tensor.Name == StepReplay.Loss), other),
            Judge("gradients", tensors.Where(tensor => recorded.Gradients.ContainsKey(tensor.Name)), other),
        ];
        if (recorded.Step.Settings.Trained.HasFlag(TrainedParts.Statistics))
        {
            checks.Add(Judge("running statistics", tensors.Where(tensor => tensor.Name.Contains(".running_", StringComparison.Ordinal)), other));
        }

        if (measurement.Reference.ContainsKey(StepReplay.Attacked))
        {
            checks.Add(Attack(Formats[declared].Format, other));
        }

        return (checks, tensors);
    }

    /// <summary>The coarser arithmetic within whose noise all of it lies; null where there is none, or where too little is beyond for an arithmetic to be its cause.</summary>
    private string? Explanation(int declared, IReadOnlyList<AuditTensor> tensors)
    {
        double factor = Factor(Formats[declared].Name);
        if (tensors.Count(tensor => tensor.Ratio > factor) < Math.Max(FewestRounded, LeastShareRounded * tensors.Count))
        {
            return null;
        }

        foreach ((string name, OperandFormat format) in Formats[(declared + 1)..])
        {
            if (Holds(name, format))
            {
                return name;
            }
        }

        return null;
    }

    private AuditCheck Judge(string name, IEnumerable<AuditTensor> tensors, string? explanation)
    {
        AuditTensor[] all = [.. tensors];
        if (all.Length == 0)
        {
            return new AuditCheck(name, AuditCheck.Measured, AuditVerdict.NotChecked, "the optimiser moves nothing");
        }

        double factor = Factor(recorded.Step.Arithmetic);
        AuditTensor worst = all.MaxBy(tensor => tensor.Ratio)!;
        string where = all.Length == 1 ? string.Empty : worst.Name + " at ";
        string detail = FormattableString.Invariant($"{where}{worst.Ratio:G3} × noise");
        return worst.Ratio <= factor
            ? new AuditCheck(name, AuditCheck.Measured, AuditVerdict.WithinNoise, detail)
            : Outside(name, FormattableString.Invariant($"{detail}, {factor} are allowed; {all.Count(tensor => tensor.Ratio > factor)} of {all.Length} beyond"), explanation);
    }

    private static AuditCheck Outside(string name, string detail, string? explanation) => explanation is null
        ? new AuditCheck(name, AuditCheck.Measured, AuditVerdict.Beyond, detail)
        : new AuditCheck(name, AuditCheck.Measured, AuditVerdict.Explained, $"{detail}; explained by {explanation}");

    private AuditCheck Attack(OperandFormat format, string? explanation)
    {
        int pixels = recorded.Attacked!.Length;
        int turned = measurement.Recorded(StepReplay.Attacked).Apart;
        int noise = measurement.Noise(StepReplay.Attacked, format).Apart;
        string detail = FormattableString.Invariant($"{turned} of {pixels} pixels took another turn, up to {noise} in the noise");
        return turned <= Allowed(noise, pixels)
            ? new AuditCheck("attack", AuditCheck.Measured, AuditVerdict.WithinNoise, detail)
            : Outside("attack", FormattableString.Invariant($"{detail}, {Allowed(noise, pixels):0} are allowed"), explanation);
    }

    private static double Allowed(int noise, int pixels) => (4.0 * noise) + (TurnedShare * pixels);

    private bool Holds(string arithmetic, OperandFormat format) => Tensors(format).All(tensor => tensor.Ratio <= Factor(arithmetic))
        && (!measurement.Reference.ContainsKey(StepReplay.Attacked)
            || measurement.Recorded(StepReplay.Attacked).Apart <= Allowed(measurement.Noise(StepReplay.Attacked, format).Apart, recorded.Attacked!.Length));

    private List<AuditTensor> Tensors(OperandFormat format)
    {
        List<AuditTensor> tensors = [];
        foreach ((string name, double[] values) in measurement.Reference.Where(pair => pair.Key != StepReplay.Attacked))
        {
            Spread size = Spread.Between<double>(values, new double[values.Length]);
            Spread noise = measurement.Noise(name, format);
            Spread given = measurement.Recorded(name);

            // A result is stored in float, whatever was summed in which order: no noise is below that rounding.
            tensors.Add(new AuditTensor(
                name,
                values.Length,
                Ratio(given.Rms, Math.Max(noise.Rms, Unit * size.Rms)),
                Ratio(given.Largest, Math.Max(noise.Largest, Unit * size.Largest)),
                Ratio(given.Rms, size.Rms)));
        }

        return tensors;
    }

    // What is no number is as far away as can be: as NaN it would be the least of all ratios.
    private static double Ratio(double x, double y) => x == 0 ? 0 : double.IsNaN(x / y) ? double.PositiveInfinity : x / y;
}

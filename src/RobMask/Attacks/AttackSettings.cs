using System.Globalization;
using System.Text.Json.Serialization;

namespace RobMask.Attacks;

/// <summary>Everything that defines an attack. A value: every result carries it.</summary>
public sealed record AttackSettings
{
    /// <summary>Which attack.</summary>
    public AttackKind Kind { get; init; } = AttackKind.Pgd;

    /// <summary>The norm of the ball.</summary>
    public AttackNorm Norm { get; init; } = AttackNorm.Linf;

    /// <summary>ε ≥ 0, the radius of the ball in pixels of [0, 1].</summary>
    public float Epsilon { get; init; } = 8f / 255f;

    /// <summary>The number of gradient steps of <see cref="AttackKind.Pgd"/>, ≥ 1; the others take one.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>The length of a step in pixels; null for <see cref="RelativeStepSize"/>.</summary>
    public float? StepSize { get; init; }

    /// <summary>The length of a step in units of ε; null for 2.5 / <see cref="Steps"/>. Unused where <see cref="StepSize"/> is set.</summary>
    public float? RelativeStepSize { get; init; }

    /// <summary>Where <see cref="AttackKind.Pgd"/> begins.</summary>
    public AttackStart Start { get; init; } = AttackStart.Uniform;

    /// <summary>The part of ε that <see cref="AttackKind.RandomFgsm"/> spends on its random step.</summary>
    public float RandomStepFraction { get; init; } = 0.5f;

    /// <summary>How often the attack runs with new random numbers, ≥ 1; the worst point of all runs is returned.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>What is maximised.</summary>
    public AttackLoss Loss { get; init; } = AttackLoss.CrossEntropy;

    /// <summary>Any wrong class, or which one.</summary>
    public AttackTargetClass Target { get; init; } = AttackTargetClass.None;

    /// <summary>Which point of a run is returned.</summary>
    public AttackKeep Keep { get; init; } = AttackKeep.Last;

    /// <summary>How points of a run and of restarts are compared.</summary>
    public AttackComparison Compare { get; init; } = AttackComparison.Fooling;

    /// <summary>Keep pixels in [0, 1].</summary>
    public bool ClipToBox { get; init; } = true;

    /// <summary>
    /// Normalise with the statistics of the attacked batch instead of the running ones. Published trainers disagree and
    /// it moves robust accuracy by percents, so it is recorded. In neither case does the attack update anything.
    /// </summary>
    public bool BatchStatistics { get; init; }

    /// <summary>PGD that keeps its worst point: what robust accuracy is measured with unless a user says otherwise.</summary>
    public static AttackSettings Evaluation(float epsilon, int steps = 20, int restarts = 1) =>
        new() { Epsilon = epsilon, Steps = steps, Restarts = restarts, Keep = AttackKeep.Best };

    /// <summary>The number of gradient steps.</summary>
    [JsonIgnore]
    public int GradientSteps => Kind == AttackKind.Pgd ? Steps : 1;

    /// <summary>Checks that every setting is in its range and fits the others.</summary>
    /// <param name="classes">The number of classes of the attacked network.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it, its value and the rule.</exception>
    public void Validate(int classes)
    {
        Require(float.IsFinite(Epsilon) && Epsilon >= 0, $"epsilon = {Show(Epsilon)}; it must be finite and at least 0");
        Require(Steps >= 1, $"{Steps} steps; at least 1 is needed");
        Require(Restarts >= 1, $"{Restarts} restarts; at least 1 is needed");
        Require(StepSize is null || (float.IsFinite(StepSize.Value) && StepSize > 0), $"step size {Show(StepSize)}; it must be finite and above 0");
        Require(RelativeStepSize is null || (float.IsFinite(RelativeStepSize.Value) && RelativeStepSize > 0), $"relative step size {Show(RelativeStepSize)}; it must be finite and above 0");
        Require(Kind == AttackKind.Pgd || (StepSize is null && RelativeStepSize is null), "only pgd takes a step size; the step of fgsm and rfgsm follows from epsilon");
        Require(StepSize is null || RelativeStepSize is null, "a step size is given both in pixels and in units of epsilon; give one");
        Require(RandomStepFraction is >= 0 and <= 1, $"the random step is {Show(RandomStepFraction)} of epsilon; 0 to 1 is allowed");
        Require(Loss != AttackLoss.Kl || Target == AttackTargetClass.None, "the KL loss knows no class, so it takes no target");
        Require(Loss != AttackLoss.Kl || Kind != AttackKind.Fgsm, "the KL loss has gradient 0 at the clean image, where FGSM starts; use pgd with a random start");
        Require(Loss != AttackLoss.Kl || Start != AttackStart.Clean || Kind == AttackKind.RandomFgsm, "the KL loss has gradient 0 at the clean image; use a random start");
        int needed = (Loss, Target) switch
        {
            (AttackLoss.Dlr, AttackTargetClass.None) => 3,
            (AttackLoss.Dlr, _) => 4,
            _ => 2,
        };
        Require(classes >= needed, $"the {(Target == AttackTargetClass.None ? string.Empty : "targeted ")}{Loss} loss needs {needed} classes, the network has {classes}");
    }

    /// <summary>One line for reports, for example «PGD-20, L∞, ε = 0.03137, 5 restarts, cross-entropy, best point, evaluation statistics».</summary>
    public string Describe()
    {
        string name = Kind switch
        {
            AttackKind.Fgsm => "FGSM",
            AttackKind.RandomFgsm => "R+FGSM",
            _ => $"PGD-{Steps}",
        };
        string loss = Loss switch
        {
            AttackLoss.CrossEntropy => "cross-entropy",
            AttackLoss.Margin => "margin loss",
            AttackLoss.Dlr => "DLR loss",
            _ => "KL divergence",
        };
        string target = Target switch
        {
            AttackTargetClass.None => string.Empty,
            AttackTargetClass.LeastLikely => ", towards the least likely class",
            AttackTargetClass.Next => ", towards the next class",
            _ => ", towards given classes",
        };
        string step = StepSize is float pixels ? $", step {Show(pixels)}" : RelativeStepSize is float relative ? $", step {Show(relative)} ε" : string.Empty;
        string restarts = Restarts > 1 ? $", {Restarts} restarts" : string.Empty;
        string keep = (Keep == AttackKeep.Best ? ", best point" : Keep == AttackKeep.First ? ", first fooling point" : ", last point") + (Compare == AttackComparison.Loss ? " by loss alone" : string.Empty);
        string box = ClipToBox ? string.Empty : ", no box";
        string statistics = BatchStatistics ? ", batch statistics" : ", evaluation statistics";
        return $"{name}, {(Norm == AttackNorm.Linf ? "L∞" : "L2")}, ε = {Show(Epsilon)}{step}{restarts}, {loss}{target}{keep}{box}{statistics}";
    }

    private static string Show(float? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "none";

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException("attack: " + message);
        }
    }
}

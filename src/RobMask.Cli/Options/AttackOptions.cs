using RobMask.Attacks;

namespace RobMask.Cli.Options;

/// <summary>The options of an attack, under a prefix where a verb has two.</summary>
internal static class AttackOptions
{
    /// <param name="title">The heading.</param>
    /// <param name="prefix">Empty, or for example «eval-».</param>
    /// <param name="steps">The default number of steps, in words.</param>
    /// <param name="keep">The default point.</param>
    public static OptionSet<AttackSettings> Create(string title, string prefix = "", string steps = "20", string keep = "best") => new OptionSet<AttackSettings>(title)
        .Add($"--{prefix}attack", "NAME", "pgd, fgsm, r-fgsm (default pgd)", Values.OneOf(("pgd", AttackKind.Pgd), ("fgsm", AttackKind.Fgsm), ("r-fgsm", AttackKind.RandomFgsm)), (s, v) => s with { Kind = v })
        .Add($"--{prefix}norm", "NAME", "linf or l2 (default linf)", Values.OneOf(("linf", AttackNorm.Linf), ("l2", AttackNorm.L2)), (s, v) => s with { Norm = v })
        .Add($"--{prefix}epsilon", "NUMBER", "radius in pixels of [0, 1], for example 0.1 (default: what is usual on the data, 8/255, mnist 0.3)", Values.NotNegative, (s, v) => s with { Epsilon = v })
        .Add($"--{prefix}steps", "N", $"gradient steps of pgd (default {steps})", Values.Whole(1), (s, v) => s with { Steps = v })
        .Add($"--{prefix}step-size", "NUMBER", "length of a step in pixels (default 2.5 epsilon / steps)", Values.Positive, (s, v) => s with { StepSize = v, RelativeStepSize = null })
        .Add($"--{prefix}relative-step-size", "NUMBER", "length of a step in units of epsilon", Values.Positive, (s, v) => s with { RelativeStepSize = v, StepSize = null })
        .Add($"--{prefix}start", "NAME", "uniform, clean or normal: where pgd begins (default uniform)", Values.OneOf(("uniform", AttackStart.Uniform), ("clean", AttackStart.Clean), ("normal", AttackStart.Normal)), (s, v) => s with { Start = v })
        .AddSwitch($"--{prefix}no-random-start", "the same as start clean: no random number is drawn", (s, v) => v ? s with { Start = AttackStart.Clean } : s)
        .Add($"--{prefix}random-step", "PART", "part of epsilon that r-fgsm spends on its random step (default 0.5)", Values.Part, (s, v) => s with { RandomStepFraction = v })
        .Add($"--{prefix}restarts", "N", "runs with new random numbers; the worst point counts (default 1)", Values.Whole(1), (s, v) => s with { Restarts = v })
        .Add($"--{prefix}loss", "NAME", "ce, margin, dlr or kl: what the attack maximises (default ce)", Values.OneOf(("ce", AttackLoss.CrossEntropy), ("margin", AttackLoss.Margin), ("dlr", AttackLoss.Dlr), ("kl", AttackLoss.Kl)), (s, v) => s with { Loss = v })
        .Add($"--{prefix}target", "NAME", "none, least-likely or next: a class to be reached (default none)", Values.OneOf(("none", AttackTargetClass.None), ("least-likely", AttackTargetClass.LeastLikely), ("next", AttackTargetClass.Next)), (s, v) => s with { Target = v })
        .Add($"--{prefix}keep", "NAME", $"last, best or first (that fools): which point of a run counts (default {keep})", Values.OneOf(("last", AttackKeep.Last), ("best", AttackKeep.Best), ("first", AttackKeep.First)), (s, v) => s with { Keep = v })
        .Add($"--{prefix}compare", "NAME", "fooling or loss: fooling the network first, or the loss alone, decides which point is worse (default fooling)", Values.OneOf(("fooling", AttackComparison.Fooling), ("loss", AttackComparison.Loss)), (s, v) => s with { Compare = v })
        .AddSwitch($"--{prefix}no-box", "do not keep pixels in [0, 1]", (s, v) => s with { ClipToBox = !v })
        .AddSwitch($"--{prefix}batch-statistics", "normalise with the attacked batch's statistics inside the attack (default: the running ones)", (s, v) => s with { BatchStatistics = v });
}

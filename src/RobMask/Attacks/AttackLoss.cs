namespace RobMask.Attacks;

/// <summary>What an attack maximises for each image.</summary>
public enum AttackLoss
{
    /// <summary>The cross-entropy of the label; of the target, negated, where there is one.</summary>
    CrossEntropy,

    /// <summary>The best other logit less the label's (Carlini and Wagner 2017); needs 2 classes.</summary>
    Margin,

    /// <summary>The difference-of-logits ratio (Croce and Hein 2020); needs 3 classes, 4 with a target.</summary>
    Dlr,

    /// <summary>KL(f(x) ‖ f(x + δ)), which knows no label (TRADES, Zhang et al. 2019); takes no target.</summary>
    Kl,
}

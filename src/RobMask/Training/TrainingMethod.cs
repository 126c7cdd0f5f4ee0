namespace RobMask.Training;

/// <summary>What a training run minimises. See docs/method.md for each objective and for whose it is.</summary>
public enum TrainingMethod
{
    /// <summary>The loss at the clean images.</summary>
    Standard,

    /// <summary>The loss at attacked images (Madry et al. 2018).</summary>
    Adversarial,

    /// <summary>The clean loss plus a factor times KL(f(x) ‖ f(x + δ)) (Zhang et al. 2019).</summary>
    Trades,

    /// <summary>Clean and attacked loss, each with a batch normalisation of its own (Xie et al. 2020).</summary>
    AdvProp,

    /// <summary>As AdvProp, with normalisation and rescaling each shared or separate.</summary>
    Split,

    /// <summary>Clean and attacked loss with masks mixed from primary masks for every perturbation.</summary>
    RobMask,
}

using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>The names of the training methods.</summary>
public static class Methods
{
    /// <summary>Lower case, as on the command line.</summary>
    public static string NameOf(TrainingMethod method) => method switch
    {
        TrainingMethod.Standard => "standard",
        TrainingMethod.Adversarial => "adversarial",
        TrainingMethod.Trades => "trades",
        TrainingMethod.AdvProp => "advprop",
        TrainingMethod.Split => "split",
        TrainingMethod.RobMask => "robmask",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "training: an unknown method"),
    };
}

using RobMask.Networks;
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

    /// <summary>Checks that the network has masks: without a rescaling layer every «mask» would be the same.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    internal static void RequireMasks(RunSettings settings)
    {
        NetworkGraph graph = NetworkCatalog.Create(settings.Training.EffectiveNetwork());
        if (graph.RescaleLayers.Count == 0)
        {
            throw new ArgumentException($"{settings.Kind}: network {graph.Name} has no rescaling layer, so it has no masks to work with; choose one with batch normalisation, for example cnn or masked_linear");
        }
    }
}

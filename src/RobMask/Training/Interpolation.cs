using RobMask.Data;

namespace RobMask.Training;

/// <summary>The trade-off curve: one network under α times one mask plus 1 − α times another, all else shared.</summary>
public static class Interpolation
{
    /// <summary>Evaluates the network at each α.</summary>
    /// <param name="network">A network with two primary masks or more.</param>
    /// <param name="first">Coefficients [k] at α = 1: (1, 0) for the clean mask of split and advprop.</param>
    /// <param name="second">Coefficients [k] at α = 0.</param>
    /// <param name="alphas">The points; outside 0 … 1 is allowed.</param>
    /// <param name="data">The images.</param>
    /// <param name="settings">How each point is evaluated.</param>
    /// <param name="statisticsSet">The running statistics of all points.</param>
    /// <param name="progress">Told after each point.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static IReadOnlyList<InterpolationPoint> Sweep(
        TrainedNetwork network,
        IReadOnlyList<float> first,
        IReadOnlyList<float> second,
        IReadOnlyList<float> alphas,
        Dataset data,
        EvaluationSettings settings,
        int statisticsSet = 0,
        IProgress<InterpolationPoint>? progress = null,
        CancellationToken cancellation = default) => throw new NotImplementedException();
}

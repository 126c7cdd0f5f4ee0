using TorchSharp;

namespace RobMask.Torch.Engine;

/// <summary>How libtorch runs a network once.</summary>
public sealed record TorchForward
{
    /// <summary>Normalise with the batch's own statistics (training) or with the running ones (evaluation, the default).</summary>
    public bool BatchStatistics { get; init; }

    /// <summary>Let the batch's statistics enter the running ones; needs <see cref="BatchStatistics"/>.</summary>
    public bool UpdateRunningStatistics { get; init; }

    /// <summary>The weight of the batch's statistics in the running ones; null for the layers' own momentum.</summary>
    public float? RunningMomentum { get; init; }

    /// <summary>What convolutions and products compute in.</summary>
    public TorchPrecision Precision { get; init; }

    /// <summary>Which set of running statistics, 0 ≤ s &lt; <c>Graph.StatisticsSets</c>.</summary>
    public int StatisticsSet { get; init; }

    /// <summary>Which primary mask; not read where there are <see cref="Coefficients"/>.</summary>
    public int Mask { get; init; }

    /// <summary>Mixture coefficients [k], [N, k], or for each of L rescaling layers [N, L·k]; or null for one primary mask.</summary>
    public torch.Tensor? Coefficients { get; init; }
}

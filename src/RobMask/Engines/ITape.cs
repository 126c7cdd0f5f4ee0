using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>One forward pass of a network and what its backward pass needs. Two tapes of one model may be alive together.</summary>
public interface ITape : IDisposable
{
    /// <summary>The greatest number of images.</summary>
    int Capacity { get; }

    /// <summary>Computes the network's output.</summary>
    /// <param name="images">[N, …], N ≤ <see cref="Capacity"/>; must stay as it is until the backward pass is done.</param>
    /// <param name="options">Statistics, mask, and what will be asked afterwards.</param>
    /// <returns>The output [N, K]; it belongs to the tape and lasts until its next forward pass.</returns>
    ITensor Forward(ITensor images, ForwardOptions options);

    /// <summary>
    /// Carries a gradient back through the last forward pass. Parameter gradients are added to the model's; the others are
    /// set. Nothing but what <paramref name="targets"/> names is touched.
    /// </summary>
    /// <param name="gradient">The gradient of the output, [N, K].</param>
    /// <param name="targets">What is wanted.</param>
    /// <exception cref="InvalidOperationException">The last forward pass was not kept for this.</exception>
    void Backward(ITensor gradient, BackwardTargets targets);

    /// <summary>The gradient of the images after <see cref="Backward"/> with <see cref="BackwardTargets.Input"/>, [N, …]; it lasts until the next one.</summary>
    ITensor InputGradient { get; }

    /// <summary>The gradient of the mixture coefficients after <see cref="Backward"/> with <see cref="BackwardTargets.Coefficients"/>, [N, k] or [N, L·k].</summary>
    ITensor CoefficientGradient { get; }

    /// <summary>What node <paramref name="node"/> of the graph gave in the last forward pass with <see cref="ForwardOptions.KeepActivations"/>, [N, …].</summary>
    ITensor Activation(int node);
}

/// <summary>What a backward pass is asked for.</summary>
[Flags]
public enum BackwardTargets
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The gradient of the images.</summary>
    Input = 1,

    /// <summary>The gradients of the learned parameters, added to those that stand.</summary>
    Parameters = 2,

    /// <summary>The gradient of the mixture coefficients of <see cref="MaskChoice.PerImage"/>.</summary>
    Coefficients = 4,
}

/// <summary>How a forward pass is done.</summary>
/// <param name="Mask">Which mask the rescaling layers use.</param>
public sealed record ForwardOptions(MaskChoice Mask)
{
    /// <summary>Normalise with the batch's own statistics (training) or with the running ones (evaluation, the default).</summary>
    public bool BatchStatistics { get; init; }

    /// <summary>Let the batch's statistics enter the running ones; needs <see cref="BatchStatistics"/>.</summary>
    public bool UpdateRunningStatistics { get; init; }

    /// <summary>The weight of the batch's statistics in the running ones; null for the layers' own momentum. 1/t at batch t gives their mean.</summary>
    public float? RunningMomentum { get; init; }

    /// <summary>Which set of running statistics, 0 ≤ s &lt; <c>Graph.StatisticsSets</c>.</summary>
    public int StatisticsSet { get; init; }

    /// <summary>Keep what <see cref="ITape.Backward"/> needs.</summary>
    public bool KeepForBackward { get; init; }

    /// <summary>Keep every node's output for <see cref="ITape.Activation"/>.</summary>
    public bool KeepActivations { get; init; }
}

using RobMask.Networks;
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
    /// set. Nothing but what <paramref name="targets"/> names is touched. Once for each forward pass: an engine may free
    /// what it kept.
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

    /// <summary>Checks that these options and images suit a network, whatever engine it runs on.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="images">The images' shape.</param>
    /// <param name="capacity">The most images that the tape holds.</param>
    /// <exception cref="ArgumentException">A shape, set of statistics or mask does not suit.</exception>
    public void Check(NetworkGraph graph, TensorShape images, int capacity)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (images.Rank != graph.InputShape.Rank + 1 || !images.Extents[1..].SequenceEqual(graph.InputShape.Extents))
        {
            throw new ArgumentException($"network {graph.Name}: images have shape {images}, [N] in front of {graph.InputShape} is wanted");
        }

        if (images[0] < 1 || images[0] > capacity)
        {
            throw new ArgumentException($"network {graph.Name}: {images[0]} images; the tape holds 1 to {capacity}");
        }

        if (StatisticsSet < 0 || StatisticsSet >= graph.StatisticsSets)
        {
            throw new ArgumentException($"network {graph.Name}: set of statistics {StatisticsSet} of {graph.StatisticsSets}");
        }

        int k = graph.MaskCount;
        int perLayer = k * graph.RescaleLayers.Count;
        if (Mask.Index >= k)
        {
            throw new ArgumentException($"network {graph.Name}: primary mask {Mask.Index} of k = {k}");
        }

        if (Mask.UniformCoefficients is { } uniform && uniform.Length != k && uniform.Length != perLayer)
        {
            throw new ArgumentException($"network {graph.Name}: {uniform.Length} mixture coefficients; k = {k} or {perLayer} for all layers are wanted");
        }

        if (Mask.ImageCoefficients is { } each
            && (each.Shape.Rank != 2 || each.Shape[0] != images[0] || (each.Shape[1] != k && each.Shape[1] != perLayer)))
        {
            throw new ArgumentException($"network {graph.Name}: mixture coefficients {each.Shape} for {images[0]} images; [N, {k}] or [N, {perLayer}] are wanted");
        }
    }
}

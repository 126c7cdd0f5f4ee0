using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>A network whose mask does not depend on the perturbation.</summary>
/// <param name="engine">The engine of the tape.</param>
/// <param name="tape">A tape of the network; the caller may use it again when the attack is done.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="options">Mask, set of statistics, and whether the batch's own statistics normalise. They are never updated.</param>
public sealed class NetworkTarget(IEngine engine, ITape tape, int classes, ForwardOptions options) : IAttackTarget
{
    private readonly ForwardOptions _forward = options with { UpdateRunningStatistics = false, KeepForBackward = false, KeepActivations = false };
    private readonly ForwardOptions _kept = options with { UpdateRunningStatistics = false, KeepForBackward = true, KeepActivations = false };

    /// <inheritdoc/>
    public IEngine Engine => engine;

    /// <inheritdoc/>
    public int Classes => classes;

    /// <inheritdoc/>
    public void Begin(ITensor clean, ITensor epsilon)
    {
    }

    /// <inheritdoc/>
    public ITensor Logits(ITensor images, bool keepForGradient) => tape.Forward(images, keepForGradient ? _kept : _forward);

    /// <inheritdoc/>
    public ITensor InputGradient(ITensor logitGradient)
    {
        tape.Backward(logitGradient, BackwardTargets.Input);
        return tape.InputGradient;
    }
}

using RobMask.Engines;
using RobMask.Masking;
using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>A RobMask network that is given the true perturbation: its mask is mixed anew at every point.</summary>
/// <remarks>
/// The gradient of the images is ∂L/∂x with the coefficients held fixed; with <paramref name="throughGate"/> the term
/// ∂L/∂u · ∂u/∂δ of the gate is added.
/// </remarks>
/// <param name="engine">The engine of all tapes.</param>
/// <param name="tape">A tape of the network.</param>
/// <param name="gate">The gate.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="options">Set of statistics, and whether the batch's own normalise. The mask is replaced.</param>
/// <param name="throughGate">Send the gradient through the gate, too.</param>
public sealed class GatedTarget(IEngine engine, ITape tape, MaskGate gate, int classes, ForwardOptions options, bool throughGate) : IAttackTarget, IDisposable
{
    private readonly TensorCache _cache = new(engine);
    private ITensor? _clean;
    private ITensor? _epsilon;

    /// <inheritdoc/>
    public IEngine Engine => engine;

    /// <inheritdoc/>
    public int Classes => classes;

    /// <inheritdoc/>
    public void Begin(ITensor clean, ITensor epsilon)
    {
        _clean = clean;
        _epsilon = epsilon;
    }

    /// <inheritdoc/>
    public ITensor Logits(ITensor images, bool keepForGradient)
    {
        if (_clean is null || _epsilon is null)
        {
            throw new InvalidOperationException("gated target: Begin must name the clean images first");
        }

        ITensor delta = _cache.Get("delta", images.Shape);
        engine.Subtract(images, _clean, delta);
        ITensor coefficients = gate.Coefficients(delta, _epsilon, keepForGradient && throughGate);
        return tape.Forward(images, options with
        {
            Mask = MaskChoice.PerImage(coefficients),
            UpdateRunningStatistics = false,
            KeepActivations = false,
            KeepForBackward = keepForGradient,
        });
    }

    /// <inheritdoc/>
    public ITensor InputGradient(ITensor logitGradient)
    {
        if (!throughGate || !gate.ReadsPerturbation)
        {
            tape.Backward(logitGradient, BackwardTargets.Input);
            return tape.InputGradient;
        }

        tape.Backward(logitGradient, BackwardTargets.Input | BackwardTargets.Coefficients);
        ITensor throughMask = gate.BackwardInput(tape.CoefficientGradient);
        ITensor sum = _cache.Get("gradient", throughMask.Shape);
        engine.Add(tape.InputGradient, throughMask, sum);
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();
}

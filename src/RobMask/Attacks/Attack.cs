using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>FGSM, R+FGSM and projected gradient ascent in L∞ and L2, on any engine.</summary>
/// <remarks>
/// A step is: logits, objective, gradient of the images, then in L∞ step by the sign, clip to the ball, clip to the box;
/// in L2 step along g / max(‖g‖₂, 1e-12), scale into the ball, clip to the box. sign(0) = 0. With
/// <see cref="AttackKeep.Best"/> every point of the way is a candidate, the start included, except TRADES' normal start,
/// which may lie outside the ball. Restart r of draw s uses the random numbers of step s·restarts + r, so that no two
/// runs share any. Parameters, their gradients and running statistics are left untouched.
/// </remarks>
public sealed class Attack : IDisposable
{
    private const float NormalStartDeviation = 0.001f;

    private readonly IEngine _engine;
    private readonly TensorCache _cache;
    private readonly AttackObjective _objective;

    /// <summary>Prepares an attack.</summary>
    public Attack(IEngine engine, AttackSettings settings)
    {
        _engine = engine;
        _cache = new TensorCache(engine);
        _objective = new AttackObjective(engine, settings, _cache);
        Settings = settings;
    }

    /// <summary>What it is.</summary>
    public AttackSettings Settings { get; }

    private PixelBox Box => Settings.ClipToBox ? PixelBox.Unit : PixelBox.None;

    private bool KeepsBest => Settings.Kind == AttackKind.Pgd && Settings.Keep == AttackKeep.Best;

    /// <summary>Runs that differ: one where nothing is random.</summary>
    private int Restarts => Settings.Kind == AttackKind.Fgsm || (Settings.Kind == AttackKind.Pgd && Settings.Start == AttackStart.Clean) ? 1 : Settings.Restarts;

    /// <summary>Attacks a batch.</summary>
    /// <param name="target">The network.</param>
    /// <param name="clean">[N, …].</param>
    /// <param name="labels">[N].</param>
    /// <param name="key">The random numbers: a stream, and which draw of it.</param>
    /// <param name="epsilon">The radius of each image [N]; null for <see cref="AttackSettings.Epsilon"/>.</param>
    /// <param name="targets">The wanted classes [N], for <see cref="AttackTargetClass.Given"/>.</param>
    /// <param name="diagnose">Count zero and non-finite gradients and saturated images; waits for the device at every step.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or does not fit the number of classes.</exception>
    public AttackOutcome Run(IAttackTarget target, ITensor clean, ITensor labels, PhiloxKey key, ITensor? epsilon = null, ITensor? targets = null, bool diagnose = false)
    {
        Settings.Validate(target.Classes);
        int images = clean.Shape[0];
        ITensor current = _cache.Get("images", clean.Shape);
        AttackProbe? probe = diagnose ? new AttackProbe(_engine, _cache, images) : null;
        if (epsilon is null && Settings.Epsilon == 0)
        {
            _engine.Copy(clean, current);
            return new AttackOutcome(current, probe?.Diagnostics());
        }

        ITensor radius = epsilon ?? Constant("epsilon", images, Settings.Epsilon);
        target.Begin(clean, radius);
        _objective.Begin(target, clean, labels, targets);
        ITensor kept = _cache.Get("kept", clean.Shape);
        bool compares = KeepsBest || Restarts > 1;
        if (compares)
        {
            _engine.Copy(clean, kept);
            _engine.Fill(_cache.PerImage("keptObjective", images), float.NegativeInfinity);
            _engine.Fill(_cache.PerImage("keptFooled", images), 0);
        }

        for (int r = 0; r < Restarts; r++)
        {
            PhiloxKey draw = key with { Step = checked((key.Step * (uint)Settings.Restarts) + (uint)r) };
            ITensor stepSize = Start(clean, radius, draw, current);
            for (int s = 0; s < Settings.GradientSteps; s++)
            {
                ITensor logits = target.Logits(current, keepForGradient: true);
                ITensor logitGradient = _cache.Get("logitGradient", logits.Shape);
                _objective.Evaluate(logits, _cache.PerImage("objective", images), logitGradient);
                if (KeepsBest && (s > 0 || Settings.Start != AttackStart.Normal))
                {
                    Keep(logits, current, kept);
                }

                probe?.Saturation(logits, labels);
                ITensor length = Settings.Keep == AttackKeep.First ? WhereStanding(logits, stepSize) : stepSize;
                ITensor gradient = target.InputGradient(logitGradient);
                probe?.Gradient(gradient);
                Step(clean, gradient, length, radius, current);
            }

            if (compares)
            {
                ITensor logits = target.Logits(current, keepForGradient: false);
                _objective.Evaluate(logits, _cache.PerImage("objective", images), null);
                Keep(logits, current, kept);
            }
        }

        return new AttackOutcome(compares ? kept : current, probe?.Diagnostics());
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    /// <summary>Writes the first point and returns the length of the gradient steps, [N].</summary>
    private ITensor Start(ITensor clean, ITensor radius, PhiloxKey draw, ITensor current)
    {
        int images = clean.Shape[0];
        if (Settings.Kind == AttackKind.Fgsm)
        {
            _engine.Copy(clean, current);
            return radius;
        }

        ITensor stepSize = _cache.PerImage("stepSize", images);
        if (Settings.Kind == AttackKind.RandomFgsm)
        {
            ITensor noise = _cache.Get("noise", clean.Shape);
            _engine.FillNormal(noise, draw, 1);
            _engine.Copy(clean, current);
            _engine.Scale(radius, Settings.RandomStepFraction, stepSize);
            Step(clean, noise, stepSize, radius, current);
            _engine.Scale(radius, 1 - Settings.RandomStepFraction, stepSize);
            return stepSize;
        }

        switch (Settings.Start)
        {
            case AttackStart.Clean:
                _engine.Copy(clean, current);
                break;
            case AttackStart.Normal:
                _engine.FillNormal(current, draw, NormalStartDeviation);
                _engine.Add(clean, current, current);
                break;
            default:
                if (Settings.Norm == AttackNorm.Linf)
                {
                    _engine.StartLinf(clean, radius, draw, Box, current);
                }
                else
                {
                    _engine.StartL2(clean, radius, draw, Box, current);
                }

                break;
        }

        if (Settings.StepSize is float pixels)
        {
            _engine.Fill(stepSize, pixels);
        }
        else
        {
            _engine.Scale(radius, Settings.RelativeStepSize ?? (2.5f / Settings.Steps), stepSize);
        }

        return stepSize;
    }

    private void Step(ITensor clean, ITensor gradient, ITensor stepSize, ITensor radius, ITensor current)
    {
        if (Settings.Norm == AttackNorm.Linf)
        {
            _engine.StepLinf(clean, gradient, stepSize, radius, Box, current);
        }
        else
        {
            _engine.StepL2(clean, gradient, stepSize, radius, Box, current);
        }
    }

    /// <summary>The step size of images that are not fooled yet, 0 for the others: a projected step of length 0 stays where it is.</summary>
    private ITensor WhereStanding(ITensor logits, ITensor stepSize)
    {
        int images = stepSize.Shape[0];
        ITensor standing = _cache.PerImage("standing", images);
        _objective.Fooled(logits, standing);
        _engine.Subtract(Constant("one", images, 1), standing, standing);
        _engine.Multiply(stepSize, standing, standing);
        return standing;
    }

    private void Keep(ITensor logits, ITensor current, ITensor kept)
    {
        int images = current.Shape[0];
        ITensor fooled = _cache.PerImage("fooled", images);
        if (Settings.Compare == AttackComparison.Loss)
        {
            _engine.Fill(fooled, 0);
        }
        else
        {
            _objective.Fooled(logits, fooled);
        }

        _engine.KeepWorst(
            current,
            _cache.PerImage("objective", images),
            fooled,
            kept,
            _cache.PerImage("keptObjective", images),
            _cache.PerImage("keptFooled", images));
    }

    private ITensor Constant(string name, int images, float value)
    {
        ITensor tensor = _cache.PerImage(name, images);
        _engine.Fill(tensor, value);
        return tensor;
    }
}

using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Attacks;

/// <summary>Watches the gradients of an attack for <see cref="AttackDiagnostics"/>.</summary>
internal sealed class AttackProbe(IEngine engine, TensorCache cache, int images)
{
    private readonly float[] _values = new float[images];
    private bool _first = true;
    private int _zeroImages;
    private long _zeroSteps;
    private long _steps;
    private int _saturated;
    private int _nonFinite;

    /// <summary>Counts saturated images, at the first step only.</summary>
    public void Saturation(ITensor logits, ITensor labels)
    {
        if (!_first)
        {
            return;
        }

        ITensor loss = cache.PerImage("probe", images);
        engine.CrossEntropy(logits, labels, 0, 1, loss, null);
        engine.Download(loss, _values);
        _saturated = _values.Count(value => value == 0);
    }

    /// <summary>Counts gradients of all zeros and, at the first step, those that are not finite.</summary>
    public void Gradient(ITensor gradient)
    {
        ITensor magnitude = cache.PerImage("probe", images);
        engine.MaxMagnitude(gradient, magnitude);
        engine.Download(magnitude, _values);
        int zero = _values.Count(value => value == 0);
        _zeroSteps += zero;
        _steps += images;
        if (_first)
        {
            _zeroImages = zero;
            _nonFinite = _values.Count(value => !float.IsFinite(value));
            _first = false;
        }
    }

    public AttackDiagnostics Diagnostics() => new(images, _zeroImages, _zeroSteps, _steps, _saturated, _nonFinite);
}

#pragma warning disable CA1822
using RobMask.Engines;

namespace RobMask.Masking;

/// <summary>Turns a perturbation into mixture coefficients: a small network of the same engine.</summary>
public sealed class MaskGate : IDisposable
{
    private MaskGate(GateSettings settings, IModel model)
    {
        Settings = settings;
        Model = model;
    }

    /// <summary>What it is.</summary>
    public GateSettings Settings { get; }

    /// <summary>Its parameters.</summary>
    public IModel Model { get; }

    /// <summary>The coefficients at δ = 0 and ε = 0, [k] or [L·k].</summary>
    public float[] CoefficientsAtZero() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}

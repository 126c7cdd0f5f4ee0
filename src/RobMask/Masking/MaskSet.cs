#pragma warning disable CA1822
using RobMask.Engines;

namespace RobMask.Masking;

/// <summary>The mask of a network as a value: γ and β of every rescaling layer, by name.</summary>
public sealed class MaskSet
{
    private MaskSet(string architecture, IReadOnlyList<MaskLayer> layers)
    {
        Architecture = architecture;
        Layers = layers;
    }

    /// <summary>The name of the network's architecture.</summary>
    public string Architecture { get; }

    /// <summary>The layers in the network's order.</summary>
    public IReadOnlyList<MaskLayer> Layers { get; }

    /// <summary>Reads primary mask <paramref name="index"/> of a model.</summary>
    public static MaskSet FromPrimary(IEngine engine, IModel model, int index) => throw new NotImplementedException();

    /// <summary>Reads the mixture of a model's primary masks with coefficients [k], or [L·k] for L layers.</summary>
    public static MaskSet FromMixture(IEngine engine, IModel model, params ReadOnlySpan<float> coefficients) => throw new NotImplementedException();

    /// <summary>α times one mask plus 1 − α times another.</summary>
    public static MaskSet Combine(float alpha, MaskSet first, MaskSet second) => throw new NotImplementedException();

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    public static MaskSet Load(string path) => throw new NotImplementedException();

    /// <summary>Writes the mask as safetensors.</summary>
    public void Save(string path) => throw new NotImplementedException();

    /// <summary>Makes this mask primary mask <paramref name="index"/> of a model of the same architecture.</summary>
    public void Install(IEngine engine, IModel model, int index) => throw new NotImplementedException();
}

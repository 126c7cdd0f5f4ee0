using System.Globalization;
using System.Runtime.InteropServices;
using RobMask.Checkpoints;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Masking;

/// <summary>The mask of a network as a value: γ and β of every rescaling layer, by name.</summary>
/// <remarks>
/// Two masks are equal where their architectures, layers and all bits of γ and β are. Mixtures are chains of fma from +0
/// over the masks, the same as in a forward pass with coefficients, so a mask that is mixed, installed and used gives the
/// logits of the mixture bit for bit (engines in float).
/// </remarks>
public sealed class MaskSet : IEquatable<MaskSet>
{
    private const string Format = "robmask-mask";
    private const string Version = "1";

    /// <summary>Makes a mask from its layers.</summary>
    /// <exception cref="ArgumentException">A layer has another number of γ than of β.</exception>
    public MaskSet(string architecture, IReadOnlyList<MaskLayer> layers)
    {
        foreach (MaskLayer layer in layers)
        {
            if (layer.Gamma.Count != layer.Beta.Count)
            {
                throw new ArgumentException($"mask: layer {layer.Name} has {layer.Gamma.Count} gamma and {layer.Beta.Count} beta", nameof(layers));
            }
        }

        Architecture = architecture;
        Layers = layers;
    }

    /// <summary>The name of the network's architecture.</summary>
    public string Architecture { get; }

    /// <summary>The layers in the network's order.</summary>
    public IReadOnlyList<MaskLayer> Layers { get; }

    /// <summary>Reads primary mask <paramref name="index"/> of a model.</summary>
    /// <exception cref="ArgumentException">There is no such primary mask.</exception>
    public static MaskSet FromPrimary(IEngine engine, IModel model, int index)
    {
        CheckIndex(model, index);
        return new MaskSet(model.Graph.Name, [.. model.Graph.RescaleLayers.Select(layer => Primary(engine, model, layer.Name, index))]);
    }

    /// <summary>Reads the mixture of a model's primary masks with coefficients [k], or [L·k] for L layers.</summary>
    /// <exception cref="ArgumentException">The number of coefficients is neither.</exception>
    public static MaskSet FromMixture(IEngine engine, IModel model, params ReadOnlySpan<float> coefficients)
    {
        int k = model.Graph.MaskCount;
        int layers = model.Graph.RescaleLayers.Count;
        if (coefficients.Length != k && coefficients.Length != k * layers)
        {
            throw new ArgumentException($"mask: {coefficients.Length} mixture coefficients; k = {k} or {k * layers} for all layers are wanted", nameof(coefficients));
        }

        MaskSet[] primary = [.. Enumerable.Range(0, k).Select(i => FromPrimary(engine, model, i))];
        MaskLayer[] mixed = new MaskLayer[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            float[] own = coefficients.Length == k ? coefficients.ToArray() : coefficients.Slice(layer * k, k).ToArray();
            mixed[layer] = MixLayer(own, [.. primary.Select(mask => mask.Layers[layer])]);
        }

        return new MaskSet(model.Graph.Name, mixed);
    }

    /// <summary>Reads the mask that a choice stands for.</summary>
    /// <exception cref="ArgumentException">The choice has coefficients of its own for each image.</exception>
    public static MaskSet FromChoice(IEngine engine, IModel model, MaskChoice choice)
    {
        if (choice.Index >= 0)
        {
            return FromPrimary(engine, model, choice.Index);
        }

        return choice.UniformCoefficients is { } coefficients
            ? FromMixture(engine, model, coefficients.Span)
            : throw new ArgumentException("mask: coefficients of each image do not make one mask", nameof(choice));
    }

    /// <summary>α times one mask plus 1 − α times another.</summary>
    /// <exception cref="ArgumentException">The masks are of different architectures.</exception>
    public static MaskSet Combine(float alpha, MaskSet first, MaskSet second) => Mix([alpha, 1 - alpha], [first, second]);

    /// <summary>Σ coefficient_i · mask_i: a chain of fma from +0 over i.</summary>
    /// <exception cref="ArgumentException">There is no mask, a number differs, or the masks are of different architectures.</exception>
    public static MaskSet Mix(IReadOnlyList<float> coefficients, IReadOnlyList<MaskSet> masks)
    {
        if (masks.Count == 0 || masks.Count != coefficients.Count)
        {
            throw new ArgumentException($"mask: {coefficients.Count} coefficients for {masks.Count} masks; as many, and at least one, are needed");
        }

        foreach (MaskSet mask in masks)
        {
            masks[0].RequireSameLayers(mask.Architecture, [.. mask.Layers.Select(layer => (layer.Name, layer.Gamma.Count))], "a mask");
        }

        return new MaskSet(masks[0].Architecture, [.. Enumerable.Range(0, masks[0].Layers.Count).Select(l => MixLayer(coefficients, [.. masks.Select(mask => mask.Layers[l])]))]);
    }

    /// <summary>Whether a safetensors file says that it is a mask of its own, as <see cref="Save"/> writes it.</summary>
    public static bool IsMaskFile(string path)
    {
        using SafetensorsFile file = new(path);
        return file.Metadata.GetValueOrDefault("format") == Format;
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static MaskSet Load(string path)
    {
        using SafetensorsFile file = new(path);
        if (file.Metadata.GetValueOrDefault("format") != Format || file.Metadata.GetValueOrDefault("version") != Version)
        {
            throw new InvalidDataException($"{path}: metadata must say format {Format}, version {Version}; found format {file.Metadata.GetValueOrDefault("format", "none")}, version {file.Metadata.GetValueOrDefault("version", "none")}");
        }

        string[] names = file.Metadata.GetValueOrDefault("layers", string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        MaskLayer[] layers = new MaskLayer[names.Length];
        for (int l = 0; l < names.Length; l++)
        {
            float[] gamma = new float[file[names[l] + ".weight"].Shape.Length];
            float[] beta = new float[file[names[l] + ".bias"].Shape.Length];
            if (gamma.Length != beta.Length)
            {
                throw new InvalidDataException($"{path}: layer {names[l]} has {gamma.Length} gamma and {beta.Length} beta");
            }

            file.Read(names[l] + ".weight", gamma);
            file.Read(names[l] + ".bias", beta);
            layers[l] = new MaskLayer(names[l], gamma, beta);
        }

        return new MaskSet(file.Metadata.GetValueOrDefault("architecture", string.Empty), layers);
    }

    /// <summary>Writes the mask as safetensors with PyTorch's names: <c>layer.weight</c> is γ, <c>layer.bias</c> is β.</summary>
    public void Save(string path)
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("version", Version);
        writer.AddMetadata("architecture", Architecture);
        writer.AddMetadata("layers", string.Join(' ', Layers.Select(layer => layer.Name)));
        foreach (MaskLayer layer in Layers)
        {
            TensorShape shape = new(layer.Gamma.Count);
            writer.Add<float>(layer.Name + ".weight", shape, layer.Gamma.ToArray());
            writer.Add<float>(layer.Name + ".bias", shape, layer.Beta.ToArray());
        }

        writer.Save(path);
    }

    /// <summary>Makes this mask primary mask <paramref name="index"/> of a model of the same architecture; the others stay.</summary>
    /// <exception cref="ArgumentException">The model is of another architecture, or has no such primary mask.</exception>
    public void Install(IEngine engine, IModel model, int index)
    {
        CheckIndex(model, index);
        RequireSameLayers(model.Graph.Name, [.. model.Graph.RescaleLayers.Select(layer => (layer.Name, layer.Shape[0]))], "the network");
        foreach (MaskLayer layer in Layers)
        {
            Write(engine, Parameter(model, layer.Name + ".weight"), index, layer.Gamma);
            Write(engine, Parameter(model, layer.Name + ".bias"), index, layer.Beta);
        }
    }

    /// <inheritdoc/>
    public bool Equals(MaskSet? other) =>
        other is not null
        && Architecture == other.Architecture
        && Layers.Count == other.Layers.Count
        && Layers.Zip(other.Layers).All(pair =>
            pair.First.Name == pair.Second.Name && SameBits(pair.First.Gamma, pair.Second.Gamma) && SameBits(pair.First.Beta, pair.Second.Beta));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MaskSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Architecture);
        foreach (MaskLayer layer in Layers)
        {
            hash.Add(layer.Name);
            hash.AddBytes(MemoryMarshal.AsBytes<float>(layer.Gamma.ToArray()));
            hash.AddBytes(MemoryMarshal.AsBytes<float>(layer.Beta.ToArray()));
        }

        return hash.ToHashCode();
    }

    private static bool SameBits(IReadOnlyList<float> left, IReadOnlyList<float> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => BitConverter.SingleToInt32Bits(pair.First) == BitConverter.SingleToInt32Bits(pair.Second));

    private static void CheckIndex(IModel model, int index)
    {
        if (index < 0 || index >= model.Graph.MaskCount)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"mask: primary mask {index} of a network with k = {model.Graph.MaskCount}; 0 to {model.Graph.MaskCount - 1} exist"), nameof(index));
        }
    }

    private static ModelParameter Parameter(IModel model, string name) => model.Parameters.First(parameter => parameter.Info.Name == name);

    private static MaskLayer Primary(IEngine engine, IModel model, string name, int index) =>
        new(name, Read(engine, Parameter(model, name + ".weight"), index), Read(engine, Parameter(model, name + ".bias"), index));

    private static float[] Read(IEngine engine, ModelParameter parameter, int index)
    {
        float[] all = new float[parameter.Info.Shape.Length];
        engine.Download(parameter.Value, all);
        int channels = parameter.Info.Shape.Extents[^1];
        return all.AsSpan(index * channels, channels).ToArray();
    }

    private static void Write(IEngine engine, ModelParameter parameter, int index, IReadOnlyList<float> values)
    {
        float[] all = new float[parameter.Info.Shape.Length];
        engine.Download(parameter.Value, all);
        values.ToArray().CopyTo(all.AsSpan(index * values.Count));
        engine.Upload(all, parameter.Value);
    }

    private static MaskLayer MixLayer(IReadOnlyList<float> coefficients, MaskLayer[] layers)
    {
        float[] gamma = new float[layers[0].Gamma.Count];
        float[] beta = new float[gamma.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            for (int c = 0; c < gamma.Length; c++)
            {
                gamma[c] = float.FusedMultiplyAdd(coefficients[i], layers[i].Gamma[c], gamma[c]);
                beta[c] = float.FusedMultiplyAdd(coefficients[i], layers[i].Beta[c], beta[c]);
            }
        }

        return new MaskLayer(layers[0].Name, gamma, beta);
    }

    private void RequireSameLayers(string architecture, (string Name, int Channels)[] layers, string what)
    {
        if (architecture != Architecture)
        {
            throw new ArgumentException($"mask: it is of architecture {Architecture}, {what} of {architecture}; masks are exchanged within one architecture only");
        }

        if (layers.Length != Layers.Count)
        {
            throw new ArgumentException($"mask: it has {Layers.Count} layers, {what} has {layers.Length}");
        }

        for (int l = 0; l < layers.Length; l++)
        {
            if (layers[l].Name != Layers[l].Name || layers[l].Channels != Layers[l].Gamma.Count)
            {
                throw new ArgumentException($"mask: layer {l} is {Layers[l].Name} of {Layers[l].Gamma.Count} channels, but {layers[l].Name} of {layers[l].Channels} in {what}");
            }
        }
    }
}

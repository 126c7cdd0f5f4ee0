namespace RobMask.Experiments.Results;

/// <summary>The masks of one network, layer by layer, and how the first two of them differ on the same images.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Masks">The masks' names.</param>
/// <param name="Images">How many images the openness and the bits were counted on.</param>
/// <param name="Layers">The rescaling layers in order.</param>
public sealed record MaskPicture(string Network, ulong Seed, IReadOnlyList<string> Masks, int Images, IReadOnlyList<MaskLayer> Layers);

/// <summary>One rescaling layer under several masks.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Gamma">γ of each mask and channel.</param>
/// <param name="Beta">β of each mask and channel.</param>
/// <param name="Openness">The fraction of positions let through, of each mask and channel.</param>
/// <param name="Cosine">The cosine of the first two masks' γ; 1 where they point the same way.</param>
/// <param name="DifferingBits">The fraction of feature-mask bits that differ between the first two masks on the same images.</param>
public sealed record MaskLayer(
    string Name,
    IReadOnlyList<float[]> Gamma,
    IReadOnlyList<float[]> Beta,
    IReadOnlyList<double[]> Openness,
    double Cosine,
    double DifferingBits);

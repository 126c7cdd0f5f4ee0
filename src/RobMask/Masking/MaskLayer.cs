namespace RobMask.Masking;

/// <summary>The mask of one rescaling layer.</summary>
/// <param name="Name">The layer's name, for example <c>layer1.0.bn1</c>.</param>
/// <param name="Gamma">γ, [C].</param>
/// <param name="Beta">β, [C].</param>
public sealed record MaskLayer(string Name, IReadOnlyList<float> Gamma, IReadOnlyList<float> Beta);

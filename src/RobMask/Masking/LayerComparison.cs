namespace RobMask.Masking;

/// <summary>How two masks differ in one rescaling layer, measured on the same images.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Channels">C.</param>
/// <param name="FirstOpenness">For each channel, the fraction of positions that the first mask lets through (z > 0).</param>
/// <param name="SecondOpenness">The same of the second mask.</param>
/// <param name="DifferingBits">The fraction of feature-mask bits, over images, channels and positions, in which the two differ.</param>
/// <param name="GammaCosine">The cosine of the angle between the two γ; NaN where one of them is 0.</param>
/// <param name="GammaDistance">‖γ₁ − γ₂‖₂.</param>
/// <param name="BetaDistance">‖β₁ − β₂‖₂.</param>
public sealed record LayerComparison(
    string Name,
    int Channels,
    IReadOnlyList<double> FirstOpenness,
    IReadOnlyList<double> SecondOpenness,
    double DifferingBits,
    double GammaCosine,
    double GammaDistance,
    double BetaDistance)
{
    /// <summary>The mean of <see cref="FirstOpenness"/>.</summary>
    public double FirstMeanOpenness => FirstOpenness.Average();

    /// <summary>The mean of <see cref="SecondOpenness"/>.</summary>
    public double SecondMeanOpenness => SecondOpenness.Average();
}

using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace RobMask.Data;

/// <summary>The distribution of Tsipras et al., «Robustness May Be at Odds with Accuracy» (ICLR 2019), in closed form.</summary>
/// <remarks>x₁ = y with probability p, else −y; d features N(ηy, 1); score t·x₁ + Σ x_i.</remarks>
/// <param name="Probability">p.</param>
/// <param name="Dimension">d.</param>
/// <param name="Eta">η.</param>
public sealed record TsiprasMixture(double Probability, int Dimension, double Eta)
{
    /// <summary>The weight of x₁ that is best on clean points: ln(p/(1 − p)) / (2η).</summary>
    public double BestCleanWeight => SpecialFunctions.Logit(Probability) / (2 * Eta);

    /// <summary>
    /// The accuracy under an L∞ attack of radius ε: p Φ((t + dη − ε(t + d))/√d) + (1 − p) Φ((−t + dη − ε(t + d))/√d).
    /// </summary>
    public double Accuracy(double t, double epsilon)
    {
        double rest = (Dimension * Eta) - (epsilon * (t + Dimension));
        double scale = Math.Sqrt(Dimension);
        return (Probability * Normal.CDF(0, 1, (t + rest) / scale)) + ((1 - Probability) * Normal.CDF(0, 1, (rest - t) / scale));
    }
}

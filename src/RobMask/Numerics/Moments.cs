namespace RobMask.Numerics;

/// <summary>Merges the moments of parts in a fixed tree.</summary>
/// <remarks>
/// The tree: for s = 1, 2, 4 … part n takes part n + s, for n = 0, 2s, 4s … while n + s is there. It depends on the number of
/// parts alone. Everything is in double, each operation rounded, nothing fused.
/// </remarks>
internal static class Moments
{
    /// <summary>Σ parts in the tree; the parts are overwritten.</summary>
    public static double Sum(Span<double> parts)
    {
        for (int s = 1; s < parts.Length; s *= 2)
        {
            for (int n = 0; n + s < parts.Length; n += 2 * s)
            {
                parts[n] += parts[n + s];
            }
        }

        return parts.Length > 0 ? parts[0] : 0;
    }

    /// <summary>
    /// The mean and the sum of squared deviations of all values from those of parts of <paramref name="count"/> values each (Chan, Golub, LeVeque:
    /// Algorithms for Computing the Sample Variance, The American Statistician 37(3), 1983, eq. 2.1); the parts are overwritten.
    /// </summary>
    /// <remarks>With d = μ_B − μ_A and n = n_A + n_B: μ = μ_A + d·(n_B/n), M = (M_A + M_B) + (d·d)·(n_A·(n_B/n)).</remarks>
    public static (double Mean, double SquaredDeviations) Merge(Span<double> means, Span<double> squaredDeviations, double count)
    {
        for (int s = 1; s < means.Length; s *= 2)
        {
            double left = s * count;
            for (int n = 0; n + s < means.Length; n += 2 * s)
            {
                double right = Math.Min(s, means.Length - n - s) * count;
                double share = right / (left + right);
                double difference = means[n + s] - means[n];
                means[n] += difference * share;
                squaredDeviations[n] = squaredDeviations[n] + squaredDeviations[n + s] + (difference * difference * (left * share));
            }
        }

        return (means[0], squaredDeviations[0]);
    }
}

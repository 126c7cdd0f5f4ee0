using System.Numerics.Tensors;

namespace RobMask.Numerics;

/// <summary>Merges the moments of the images of a batch in a fixed tree, for all channels at once.</summary>
/// <remarks>
/// The tree: for s = 1, 2, 4 … row n takes row n + s, for n = 0, 2s, 4s … while n + s is there. It depends on the number of
/// rows alone. Everything is in double, each operation rounded, nothing fused.
/// </remarks>
internal static class Moments
{
    /// <summary>The sum of the parts of one channel; they are overwritten.</summary>
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

    /// <summary>Row 0 becomes the sum of all rows; the others are overwritten.</summary>
    /// <param name="rows">[N, C].</param>
    /// <param name="channels">C.</param>
    public static void Sum(Span<double> rows, int channels)
    {
        int images = rows.Length / channels;
        for (int s = 1; s < images; s *= 2)
        {
            for (int n = 0; n + s < images; n += 2 * s)
            {
                Span<double> left = rows.Slice(n * channels, channels);
                TensorPrimitives.Add(left, rows.Slice((n + s) * channels, channels), left);
            }
        }
    }

    /// <summary>
    /// Rows 0 become the mean and the sum of squared deviations of all values from those of rows of <paramref name="count"/> values each (Chan, Golub,
    /// LeVeque: Algorithms for Computing the Sample Variance, The American Statistician 37(3), 1983, eq. 2.1); the others are overwritten.
    /// </summary>
    /// <remarks>With d = μ_B − μ_A, n = n_A + n_B and the share q = n_B/n: μ = μ_A + d·q, M = (M_A + M_B) + (d·d)·(n_A·q).</remarks>
    /// <param name="means">[N, C].</param>
    /// <param name="squaredDeviations">[N, C].</param>
    /// <param name="channels">C.</param>
    /// <param name="count">H·W.</param>
    public static void Merge(Span<double> means, Span<double> squaredDeviations, int channels, double count)
    {
        int images = means.Length / channels;
        for (int s = 1; s < images; s *= 2)
        {
            double left = s * count;
            for (int n = 0; n + s < images; n += 2 * s)
            {
                double right = Math.Min(s, images - n - s) * count;
                double share = right / (left + right);
                Span<double> mean = means.Slice(n * channels, channels);
                Span<double> sum = squaredDeviations.Slice(n * channels, channels);
                Span<double> difference = means.Slice((n + s) * channels, channels);
                TensorPrimitives.Subtract(difference, mean, difference);
                TensorPrimitives.Add(sum, squaredDeviations.Slice((n + s) * channels, channels), sum);
                Span<double> term = squaredDeviations.Slice((n + s) * channels, channels);
                TensorPrimitives.Multiply(difference, share, term);
                TensorPrimitives.Add(mean, term, mean);
                TensorPrimitives.Multiply(difference, difference, term);
                TensorPrimitives.Multiply(term, left * share, term);
                TensorPrimitives.Add(sum, term, sum);
            }
        }
    }
}

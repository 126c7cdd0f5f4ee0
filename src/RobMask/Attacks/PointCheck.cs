namespace RobMask.Attacks;

/// <summary>Checks on the host that attacked points lie in the ball and in the box.</summary>
/// <remarks>
/// The attack computes in float, so a point may leave the ball by rounding, u = 2⁻²⁴: in L∞ the ends o ± ε are each
/// rounded once, at most u·(|o| + ε); in L2 the difference, its norm's root, the factor, the product and the sum are
/// rounded, at most ε·(1 + 8u) + 2u·(‖o‖₂ + ε). The box has no tolerance: it is clipped to last and exactly.
/// </remarks>
public static class PointCheck
{
    private const double Unit = 1.0 / (1 << 24);

    /// <summary>Checks one image.</summary>
    /// <returns>Null where it lies in ball and box, else what is wrong.</returns>
    public static string? Violation(ReadOnlySpan<float> clean, ReadOnlySpan<float> attacked, float epsilon, AttackNorm norm, bool box)
    {
        if (clean.Length != attacked.Length)
        {
            return $"{attacked.Length} pixels instead of {clean.Length}";
        }

        double squared = 0;
        double origin = 0;
        for (int i = 0; i < clean.Length; i++)
        {
            double difference = (double)attacked[i] - clean[i];
            if (!double.IsFinite(difference))
            {
                return $"pixel {i} is {attacked[i]}";
            }

            if (box && attacked[i] is not (>= 0 and <= 1))
            {
                return $"pixel {i} is {attacked[i]:G9}, outside [0, 1]";
            }

            if (norm == AttackNorm.Linf && Math.Abs(difference) > epsilon + (Unit * (Math.Abs((double)clean[i]) + epsilon)))
            {
                return $"pixel {i} moved by {Math.Abs(difference):G9}, more than epsilon = {epsilon:G9}";
            }

            squared += difference * difference;
            origin += (double)clean[i] * clean[i];
        }

        double length = Math.Sqrt(squared);
        double allowed = (epsilon * (1 + (8 * Unit))) + (2 * Unit * (Math.Sqrt(origin) + epsilon));
        return norm == AttackNorm.L2 && length > allowed ? $"the perturbation has length {length:G9}, more than epsilon = {epsilon:G9}" : null;
    }

    /// <summary>Checks a batch.</summary>
    /// <param name="clean">The clean pixels of all images, one after another.</param>
    /// <param name="attacked">The attacked pixels.</param>
    /// <param name="images">The number of images.</param>
    /// <param name="epsilon">The radius.</param>
    /// <param name="norm">The norm.</param>
    /// <param name="box">Whether pixels must lie in [0, 1].</param>
    /// <exception cref="InvalidOperationException">A point lies outside: the attack is at fault, and no result of it counts.</exception>
    public static void Require(ReadOnlySpan<float> clean, ReadOnlySpan<float> attacked, int images, float epsilon, AttackNorm norm, bool box)
    {
        int length = images == 0 ? 0 : clean.Length / images;
        for (int n = 0; n < images; n++)
        {
            if (Violation(clean.Slice(n * length, length), attacked.Slice(n * length, length), epsilon, norm, box) is { } violation)
            {
                throw new InvalidOperationException($"attack: image {n} of the batch left its ball or box: {violation}");
            }
        }
    }

    /// <summary>Checks that clean pixels lie in [0, 1], where an attack is to keep them there.</summary>
    /// <exception cref="ArgumentException">A pixel is NaN or outside.</exception>
    public static void RequireUnitBox(ReadOnlySpan<float> pixels, int firstImage, int pixelsPerImage)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] is not (>= 0 and <= 1))
            {
                throw new ArgumentException($"images: pixel {i % pixelsPerImage} of image {firstImage + (i / pixelsPerImage)} is {pixels[i]:G9}; pixels must lie in [0, 1], unless an attack is asked not to keep to the box");
            }
        }
    }
}

namespace RobMask.Bench.Comparison;

/// <summary>Both contestants must do the same work before they are timed.</summary>
internal static class Agreement
{
    /// <summary>
    /// Of the size of what is compared, in float. Sums of a few thousand terms differ by less; a forgotten operation, another
    /// mask or another statistic by far more.
    /// </summary>
    public const double InFloat = 1e-3;

    /// <summary>
    /// The same in double, where the step size of an attack is still a float on our side. In float the signs of an attack's
    /// small gradients turn by rounding alone, which a deep network makes large.
    /// </summary>
    public const double InDouble = 1e-6;

    /// <summary>Checks one value, for example the loss of the first step.</summary>
    public static void Require(string what, double ours, double theirs, double tolerance) => Require(what, [(float)ours], [(float)theirs], tolerance);

    /// <summary>Checks every value against the largest.</summary>
    public static void Require(string what, ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs, double tolerance)
    {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)theirs[i]));
            difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
        }

        if (ours.Length != theirs.Length || !(difference <= tolerance * largest))
        {
            throw new InvalidOperationException($"bench: {what}: ours and libtorch's differ by {difference:G3} where {largest:G4} is the largest, so they do not do the same work");
        }
    }
}

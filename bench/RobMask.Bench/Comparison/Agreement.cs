namespace RobMask.Bench.Comparison;

/// <summary>Both contestants must do the same work before they are timed.</summary>
internal static class Agreement
{
    /// <summary>
    /// Of the size of what is compared. Sums of a few thousand terms in float differ by less; a forgotten operation, another
    /// mask or another statistic by far more.
    /// </summary>
    private const double Tolerance = 1e-3;

    /// <summary>Checks one value, for example the loss of the first step.</summary>
    public static void Require(string what, double ours, double theirs) => Require(what, [(float)ours], [(float)theirs]);

    /// <summary>Checks every value against the largest.</summary>
    public static void Require(string what, ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)theirs[i]));
            difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
        }

        if (ours.Length != theirs.Length || !(difference <= Tolerance * largest))
        {
            throw new InvalidOperationException($"bench: {what}: ours and libtorch's differ by {difference:G3} where {largest:G4} is the largest, so they do not do the same work");
        }
    }
}

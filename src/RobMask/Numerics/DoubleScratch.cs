namespace RobMask.Numerics;

/// <summary>Memory for the doubles of one part of a job, kept by each thread, so that no operation allocates after its first call.</summary>
internal static class DoubleScratch
{
    [ThreadStatic]
    private static double[]? _doubles;

    /// <summary>At least <paramref name="length"/> doubles of any content; the next call on this thread takes them back.</summary>
    public static Span<double> Doubles(int length)
    {
        if (_doubles is null || _doubles.Length < length)
        {
            _doubles = new double[Math.Max(length, 1024)];
        }

        return _doubles.AsSpan(0, length);
    }
}

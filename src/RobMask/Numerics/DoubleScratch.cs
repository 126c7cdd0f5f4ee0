namespace RobMask.Numerics;

/// <summary>Doubles that each thread keeps, so that no operation allocates after its first call.</summary>
/// <remarks>A caller of <see cref="RobMask.Kernels.Workers.For"/> may hand its array to the parts of the job; parts then must not ask for it themselves.</remarks>
internal static class DoubleScratch
{
    [ThreadStatic]
    private static double[]? _doubles;

    /// <summary>An array of at least <paramref name="length"/> doubles of any content; the next call on this thread takes it back.</summary>
    public static double[] Get(int length)
    {
        if (_doubles is null || _doubles.Length < length)
        {
            _doubles = new double[Math.Max(length, 1024)];
        }

        return _doubles;
    }

    /// <summary>The first <paramref name="length"/> doubles of <see cref="Get"/>.</summary>
    public static Span<double> Doubles(int length) => Get(length).AsSpan(0, length);
}

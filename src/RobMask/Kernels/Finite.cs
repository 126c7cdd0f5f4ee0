using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobMask.Kernels;

/// <summary>Finds infinities and NaN: only beside finite factors may the zeros of the padding be left out.</summary>
internal static unsafe class Finite
{
    /// <summary>Whether all of <paramref name="length"/> values are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreAll<T>(T* values, long length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // x − x is 0, or NaN if x is not finite; so are their sums.
        Vector512<T> first = default;
        Vector512<T> second = default;
        T rest = default;
        long i = 0;
        for (; i + (2 * Vector512<T>.Count) <= length; i += 2 * Vector512<T>.Count)
        {
            Vector512<T> x = Vector512.Load(values + i);
            Vector512<T> y = Vector512.Load(values + i + Vector512<T>.Count);
            first += x - x;
            second += y - y;
        }

        for (; i < length; i++)
        {
            rest += values[i] - values[i];
        }

        return rest == default && Vector512.EqualsAll(first + second, default);
    }
}

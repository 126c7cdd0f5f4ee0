using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Numerics;

namespace RobMask.Ops;

/// <summary>y + a·(2x − 1).</summary>
internal readonly struct UniformAbout<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => y + (a * (x + x - T.One));

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => y + (a * (x + x - Vector512<T>.One));
}

/// <summary>x + a·sign(y).</summary>
internal readonly struct SignStep<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => y > T.Zero ? x + a : y < T.Zero ? x - a : x;

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        Vector512.ConditionalSelect(
            Vector512.GreaterThan(y, Vector512<T>.Zero),
            x + a,
            Vector512.ConditionalSelect(Vector512.LessThan(y, Vector512<T>.Zero), x - a, x));
}

/// <summary>clamp(x, y − a, y + a).</summary>
internal readonly struct ClampAbout<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => Clamp<T>.Of(x, x, a, y - a, y + a);

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => Clamp<T>.Of(x, x, a, y - a, y + a);
}

/// <summary>clamp(x, b, c).</summary>
internal readonly struct Clamp<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => x < b ? b : x > c ? c : x;

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, b), b, Vector512.ConditionalSelect(Vector512.GreaterThan(x, c), c, x));
}

/// <summary>fma(a, y, x).</summary>
internal readonly struct Advance<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => T.FusedMultiplyAdd(a, y, x);

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => Real.FusedMultiplyAdd(a, y, x);
}

/// <summary>fma(a, x − y, y).</summary>
internal readonly struct Contract<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => T.FusedMultiplyAdd(a, x - y, y);

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => Real.FusedMultiplyAdd(a, x - y, y);
}

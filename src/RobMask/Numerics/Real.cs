using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobMask.Numerics;

/// <summary>Conversions between the element type of a tensor, float or double, and the double of scalars and sums.</summary>
/// <remarks>The branches on <c>typeof(T)</c> are resolved when the code is compiled for T and cost nothing.</remarks>
internal static class Real
{
    /// <summary>Whether vector loops pay; without vector hardware the scalar loops run, with the same bits.</summary>
    public static bool Vectorises => Vector128.IsHardwareAccelerated;

    /// <summary>Widens exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble<T>(T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(value)
        : typeof(T) == typeof(double) ? Unsafe.BitCast<T, double>(value)
        : throw OtherType<T>();

    /// <summary>Rounds once to T, to nearest even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FromDouble<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value)
        : typeof(T) == typeof(double) ? Unsafe.BitCast<double, T>(value)
        : throw OtherType<T>();

    /// <summary>left·right + addend in one rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> FusedMultiplyAdd<T>(Vector512<T> left, Vector512<T> right, Vector512<T> addend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Vector512.FusedMultiplyAdd(left.AsSingle(), right.AsSingle(), addend.AsSingle()).As<float, T>()
        : typeof(T) == typeof(double) ? Vector512.FusedMultiplyAdd(left.AsDouble(), right.AsDouble(), addend.AsDouble()).As<double, T>()
        : throw OtherType<T>();

    private static NotSupportedException OtherType<T>() => new($"an element is float or double, not {typeof(T).Name}");
}

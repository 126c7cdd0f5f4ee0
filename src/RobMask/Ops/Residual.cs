using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The sum of two branches, element by element: one rounding, IEEE 754 throughout. Its gradient is that of the sum, for both branches.</summary>
public static class Residual
{
    /// <summary>output = left + right; the output may be either.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> left, DenseTensor<T> right, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.SameShape("residual C1", nameof(right), right, nameof(left), left);
        Require.SameShape("residual C1", nameof(output), output, nameof(left), left);
        RowMap.Apply<T, Sum<T>>(left, right, T.Zero, T.Zero, T.Zero, output);
    }

    private readonly struct Sum<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => x + y;

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => x + y;
    }
}

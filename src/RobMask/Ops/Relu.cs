using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>h = max(z, 0), any shape; exact.</summary>
/// <remarks>
/// <para>PyTorch: <c>relu</c>. h = +0 where z ≤ 0 (so −0 becomes +0), else z: NaN goes through.</para>
/// <para>Gradient: passes where not h ≤ 0, so it is +0 at z = 0, and passes at NaN, as PyTorch's <c>threshold_backward</c>. A destination may be a source.</para>
/// </remarks>
public static class Relu
{
    /// <summary>h = max(z, 0).</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.SameShape("relu C1", nameof(output), output, nameof(input), input);
        RowMap.Apply<T, Gate<T>>(input, input, T.Zero, T.Zero, T.Zero, output);
    }

    /// <summary>The gradient of z: g where h is above 0 or NaN, else +0.</summary>
    /// <param name="output">h, what the forward pass gave.</param>
    /// <param name="gradOutput">g, the gradient of h.</param>
    /// <param name="gradInput">The gradient of z.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> output, DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.SameShape("relu C1", nameof(gradOutput), gradOutput, nameof(output), output);
        Require.SameShape("relu C1", nameof(gradInput), gradInput, nameof(output), output);
        RowMap.Apply<T, Gate<T>>(output, gradOutput, T.Zero, T.Zero, T.Zero, gradInput);
    }

    /// <summary>y where not x ≤ 0, else +0; the forward pass has y = x.</summary>
    private readonly struct Gate<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => x <= T.Zero ? T.Zero : y;

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
            Vector512.AndNot(y, Vector512.LessThanOrEqual(x, Vector512<T>.Zero));
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RobMask.Numerics;

namespace RobMask.Ops;

/// <summary>Whether a <see cref="BatchNorm"/> ends with ReLU, known when its loops are compiled.</summary>
internal interface IRectifier
{
    static abstract bool Applies { get; }
}

internal readonly struct WithRelu : IRectifier
{
    public static bool Applies => true;
}

internal readonly struct WithoutRelu : IRectifier
{
    public static bool Applies => false;
}

/// <summary>The loops of <see cref="BatchNorm"/> over one plane, whose scalars these are.</summary>
/// <remarks>Scalar and vector forms are the same IEEE operations in the same order.</remarks>
internal readonly struct BatchNormRow<T>(T mean, T reciprocal, T gamma, T beta)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>h from a and an addend, which may be empty; h may be either.</summary>
    /// <param name="a">a.</param>
    /// <param name="addend">The addend.</param>
    /// <param name="h">h.</param>
    /// <param name="pastCaches">Whether h starts at a whole register and is written past the caches: the caller ends with a memory barrier.</param>
    public unsafe void Forward<TRectifier>(ReadOnlySpan<T> a, ReadOnlySpan<T> addend, Span<T> h, bool pastCaches)
        where TRectifier : struct, IRectifier
    {
        h = h[..a.Length];
        int i = 0;
        if (Real.Vectorises && a.Length >= Vector512<T>.Count)
        {
            ref T a0 = ref MemoryMarshal.GetReference(a);
            ref T addend0 = ref MemoryMarshal.GetReference(addend);
            ref T h0 = ref MemoryMarshal.GetReference(h);
            Scalars scalars = new(mean, reciprocal, gamma, beta);
            for (; i <= a.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> z = scalars.Rescale(scalars.Normalise(Vector512.LoadUnsafe(ref a0, (nuint)i)));
                z = addend.IsEmpty ? z : z + Vector512.LoadUnsafe(ref addend0, (nuint)i);
                z = TRectifier.Applies ? Pass(z, z) : z;
                if (pastCaches)
                {
                    // Tensors are pinned.
                    z.StoreAlignedNonTemporal((T*)Unsafe.AsPointer(ref Unsafe.Add(ref h0, i)));
                }
                else
                {
                    z.StoreUnsafe(ref h0, (nuint)i);
                }
            }
        }

        for (; i < a.Length; i++)
        {
            T z = T.FusedMultiplyAdd(gamma, (a[i] - mean) * reciprocal, beta);
            z = addend.IsEmpty ? z : z + addend[i];
            h[i] = TRectifier.Applies ? Pass(z, z) : z;
        }
    }

    /// <summary>x̂, the gradient g of z and ĝ = g·γ of x̂, from a and the gradient of h.</summary>
    public void Gradients<TRectifier>(ReadOnlySpan<T> a, ReadOnlySpan<T> gradOutput, Span<T> normalised, Span<T> gradient, Span<T> scaled)
        where TRectifier : struct, IRectifier
    {
        gradOutput = gradOutput[..a.Length];
        normalised = normalised[..a.Length];
        gradient = gradient[..a.Length];
        scaled = scaled[..a.Length];
        int i = 0;
        if (Real.Vectorises && a.Length >= Vector512<T>.Count)
        {
            ref T a0 = ref MemoryMarshal.GetReference(a);
            ref T g0 = ref MemoryMarshal.GetReference(gradOutput);
            ref T normalised0 = ref MemoryMarshal.GetReference(normalised);
            ref T gradient0 = ref MemoryMarshal.GetReference(gradient);
            ref T scaled0 = ref MemoryMarshal.GetReference(scaled);
            Scalars scalars = new(mean, reciprocal, gamma, beta);
            for (; i <= a.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> x = scalars.Normalise(Vector512.LoadUnsafe(ref a0, (nuint)i));
                Vector512<T> g = Vector512.LoadUnsafe(ref g0, (nuint)i);
                g = TRectifier.Applies ? Pass(scalars.Rescale(x), g) : g;
                x.StoreUnsafe(ref normalised0, (nuint)i);
                g.StoreUnsafe(ref gradient0, (nuint)i);
                (g * scalars.Gamma).StoreUnsafe(ref scaled0, (nuint)i);
            }
        }

        for (; i < a.Length; i++)
        {
            T x = (a[i] - mean) * reciprocal;
            T g = TRectifier.Applies ? Pass(T.FusedMultiplyAdd(gamma, x, beta), gradOutput[i]) : gradOutput[i];
            normalised[i] = x;
            gradient[i] = g;
            scaled[i] = g * gamma;
        }
    }

    /// <summary>The gradient of a: fma(x̂, −B, ĝ − A)·r, or ĝ·r where the statistics are constants; plus the addend, which may be empty.</summary>
    public void GradInput<TRectifier>(
        ReadOnlySpan<T> a, ReadOnlySpan<T> gradOutput, bool decorrelates, T meanGradient, T minusMeanProduct, ReadOnlySpan<T> addend, Span<T> gradInput)
        where TRectifier : struct, IRectifier
    {
        gradOutput = gradOutput[..a.Length];
        gradInput = gradInput[..a.Length];
        int i = 0;
        if (Real.Vectorises && a.Length >= Vector512<T>.Count)
        {
            ref T a0 = ref MemoryMarshal.GetReference(a);
            ref T g0 = ref MemoryMarshal.GetReference(gradOutput);
            ref T addend0 = ref MemoryMarshal.GetReference(addend);
            ref T gradInput0 = ref MemoryMarshal.GetReference(gradInput);
            Scalars scalars = new(mean, reciprocal, gamma, beta);
            Vector512<T> meanGradients = Vector512.Create(meanGradient);
            Vector512<T> minusMeanProducts = Vector512.Create(minusMeanProduct);
            for (; i <= a.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> x = scalars.Normalise(Vector512.LoadUnsafe(ref a0, (nuint)i));
                Vector512<T> g = Vector512.LoadUnsafe(ref g0, (nuint)i);
                g = (TRectifier.Applies ? Pass(scalars.Rescale(x), g) : g) * scalars.Gamma;
                g = decorrelates ? Real.FusedMultiplyAdd(x, minusMeanProducts, g - meanGradients) : g;
                g *= scalars.Reciprocal;
                g = addend.IsEmpty ? g : Vector512.LoadUnsafe(ref addend0, (nuint)i) + g;
                g.StoreUnsafe(ref gradInput0, (nuint)i);
            }
        }

        for (; i < a.Length; i++)
        {
            T x = (a[i] - mean) * reciprocal;
            T g = (TRectifier.Applies ? Pass(T.FusedMultiplyAdd(gamma, x, beta), gradOutput[i]) : gradOutput[i]) * gamma;
            g = decorrelates ? T.FusedMultiplyAdd(x, minusMeanProduct, g - meanGradient) : g;
            g *= reciprocal;
            gradInput[i] = addend.IsEmpty ? g : addend[i] + g;
        }
    }

    /// <summary>y where not z ≤ 0, else +0: <see cref="Relu"/>, forward with y = z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Pass(T z, T y) => z <= T.Zero ? T.Zero : y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Pass(Vector512<T> z, Vector512<T> y) => Vector512.AndNot(y, Vector512.LessThanOrEqual(z, Vector512<T>.Zero));

    private readonly struct Scalars(T mean, T reciprocal, T gamma, T beta)
    {
        public readonly Vector512<T> Mean = Vector512.Create(mean);
        public readonly Vector512<T> Reciprocal = Vector512.Create(reciprocal);
        public readonly Vector512<T> Gamma = Vector512.Create(gamma);
        public readonly Vector512<T> Beta = Vector512.Create(beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Normalise(Vector512<T> a) => (a - Mean) * Reciprocal;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Rescale(Vector512<T> x) => Real.FusedMultiplyAdd(Gamma, x, Beta);
    }
}

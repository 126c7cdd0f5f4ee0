using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>What is done to each element of a row: elements x and y of two tensors and scalars a, b and c that hold for the row.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <remarks>Both forms are the same IEEE operations in the same order, so the width of a register never shows in the bits.</remarks>
internal interface IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One element.</summary>
    static abstract T Of(T x, T y, T a, T b, T c);

    /// <summary>A register full of elements.</summary>
    static abstract Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c);
}

/// <summary>Applies an <see cref="IRowMap{T}"/> to rows or whole tensors. The destination may be one of the sources.</summary>
internal static class RowMap
{
    /// <summary>Elements of one part of a job on a whole tensor: long beside the cost of handing it out, short beside a cache.</summary>
    public const int Chunk = 16384;

    /// <summary>destination_i = map(x_i, y_i, a, b, c).</summary>
    public static void Apply<T, TMap>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T a, T b, T c, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : IRowMap<T>
    {
        int i = 0;
        y = y[..x.Length];
        destination = destination[..x.Length];
        if (Real.Vectorises && x.Length >= Vector512<T>.Count)
        {
            ref T x0 = ref MemoryMarshal.GetReference(x);
            ref T y0 = ref MemoryMarshal.GetReference(y);
            ref T destination0 = ref MemoryMarshal.GetReference(destination);
            Vector512<T> va = Vector512.Create(a);
            Vector512<T> vb = Vector512.Create(b);
            Vector512<T> vc = Vector512.Create(c);
            for (; i <= x.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                TMap.Of(Vector512.LoadUnsafe(ref x0, (nuint)i), Vector512.LoadUnsafe(ref y0, (nuint)i), va, vb, vc).StoreUnsafe(ref destination0, (nuint)i);
            }
        }

        for (; i < x.Length; i++)
        {
            destination[i] = TMap.Of(x[i], y[i], a, b, c);
        }
    }

    /// <summary>The same on whole tensors, divided among the workers.</summary>
    public static void Apply<T, TMap>(DenseTensor<T> x, DenseTensor<T> y, T a, T b, T c, DenseTensor<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : IRowMap<T> =>
        Workers.For((x.Length + Chunk - 1) / Chunk, new Job<T, TMap>(x, y, a, b, c, destination));

    private readonly struct Job<T, TMap>(DenseTensor<T> x, DenseTensor<T> y, T a, T b, T c, DenseTensor<T> destination) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : IRowMap<T>
    {
        public void Run(int index, int worker)
        {
            int start = index * Chunk;
            int length = Math.Min(Chunk, x.Length - start);
            Apply<T, TMap>(x.Span.Slice(start, length), y.Span.Slice(start, length), a, b, c, destination.Span.Slice(start, length));
        }
    }
}

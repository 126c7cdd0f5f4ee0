using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>destination = map(x, x, a, b, b) with a and b of the element's channel [C], or of its image and channel [N, C].</summary>
internal readonly struct ChannelMapJob<T, TMap>(Planes planes, DenseTensor<T> source, DenseTensor<T> a, DenseTensor<T> b, bool perImage, DenseTensor<T> destination) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TMap : IRowMap<T>
{
    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        int first = index * planes.PlanesPerPart;
        int last = Math.Min(first + planes.PlanesPerPart, planes.Images * planes.Channels);
        ReadOnlySpan<T> x = source.Span;
        ReadOnlySpan<T> channelA = a.Span;
        ReadOnlySpan<T> channelB = b.Span;
        Span<T> y = destination.Span;
        int parameter = perImage ? first : first % planes.Channels;
        for (int plane = first; plane < last; plane++)
        {
            if (planes.Length == 1)
            {
                y[plane] = TMap.Of(x[plane], x[plane], channelA[parameter], channelB[parameter], channelB[parameter]);
            }
            else
            {
                ReadOnlySpan<T> row = x.Slice(plane * planes.Length, planes.Length);
                RowMap.Apply<T, TMap>(row, row, channelA[parameter], channelB[parameter], channelB[parameter], y.Slice(plane * planes.Length, planes.Length));
            }

            parameter++;
            if (!perImage && parameter == planes.Channels)
            {
                parameter = 0;
            }
        }
    }
}

/// <summary>x·a.</summary>
internal readonly struct Product<T> : IRowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public static T Of(T x, T y, T a, T b, T c) => x * a;

    /// <inheritdoc/>
    public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => x * a;
}

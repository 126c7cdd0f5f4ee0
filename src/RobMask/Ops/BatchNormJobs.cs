using System.Numerics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>h of every plane.</summary>
internal readonly struct BatchNormForwardJob<T, TRectifier>(BatchNormPlanes<T> source, DenseTensor<T>? addend, DenseTensor<T> output) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRectifier : struct, IRectifier
{
    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        (int first, int end) = source.Part(index);

        // A large output is out of the caches before anybody reads it; to write past them saves reading its lines first.
        bool pastCaches = source.PastCaches(output);
        for (int plane = first; plane < end; plane++)
        {
            source.Row(plane).Forward<TRectifier>(source.Plane(source.Input, plane), addend is null ? default : source.Plane(addend, plane), source.Plane(output, plane), pastCaches);
        }

        if (pastCaches)
        {
            Thread.MemoryBarrier();
        }
    }
}

/// <summary>Of every plane Σ g, Σ g·x̂, Σ ĝ and Σ ĝ·x̂, in the four quarters of an array; those that are not wanted are left out.</summary>
/// <remarks>x̂, g and ĝ of a plane are written to rows of scratch, so that the sums are those of <see cref="LaneSum"/> over memory that is at hand.</remarks>
internal readonly struct BatchNormSumsJob<T, TRectifier>(BatchNormPlanes<T> source, DenseTensor<T> gradOutput, bool ofMask, bool ofInput, double[] sums) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRectifier : struct, IRectifier
{
    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        int length = source.Planes.Length;
        int count = source.Planes.Images * source.Planes.Channels;
        Span<T> normalised = RowScratch<T>.Row(0, length);
        Span<T> gradient = RowScratch<T>.Row(1, length);
        Span<T> scaled = RowScratch<T>.Row(2, length);
        (int first, int end) = source.Part(index);
        for (int plane = first; plane < end; plane++)
        {
            source.Row(plane).Gradients<TRectifier>(source.Plane(source.Input, plane), source.Plane(gradOutput, plane), normalised, gradient, scaled);
            if (ofMask)
            {
                sums[plane] = LaneSum.Sum<T>(gradient);
                sums[count + plane] = LaneSum.Dot<T>(gradient, normalised);
            }

            if (ofInput)
            {
                sums[(2 * count) + plane] = LaneSum.Sum<T>(scaled);
                sums[(3 * count) + plane] = LaneSum.Dot<T>(scaled, normalised);
            }
        }
    }
}

/// <summary>The gradient of a of every plane; <paramref name="means"/> are [2, C], the means of ĝ and ĝ·x̂, or empty where the statistics are constants.</summary>
internal readonly struct BatchNormGradientJob<T, TRectifier>(BatchNormPlanes<T> source, DenseTensor<T> gradOutput, Memory<double> means, DenseTensor<T>? addend, DenseTensor<T> gradInput) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRectifier : struct, IRectifier
{
    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        int channels = source.Planes.Channels;
        ReadOnlySpan<double> mean = means.Span;
        (int first, int end) = source.Part(index);
        for (int plane = first; plane < end; plane++)
        {
            int c = plane % channels;
            source.Row(plane).GradInput<TRectifier>(
                source.Plane(source.Input, plane),
                source.Plane(gradOutput, plane),
                !mean.IsEmpty,
                mean.IsEmpty ? T.Zero : Real.FromDouble<T>(mean[c]),
                mean.IsEmpty ? T.Zero : Real.FromDouble<T>(-mean[channels + c]),
                addend is null ? default : source.Plane(addend, plane),
                source.Plane(gradInput, plane));
        }
    }
}

using System.Numerics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Σ g and Σ g·x of every plane, written to [N·C] and [N·C] of one array: the first step of a gradient summed over channels.</summary>
internal readonly struct PlaneSumsJob<T>(Planes planes, DenseTensor<T> gradOutput, DenseTensor<T> input, double[] sums) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Computes both sums of every channel, [C] and [C] at the start of the two halves of the returned memory.</summary>
    public static (Memory<double> Sums, Memory<double> Products) OfChannels(Planes planes, DenseTensor<T> gradOutput, DenseTensor<T> input)
    {
        int count = planes.Images * planes.Channels;
        double[] scratch = DoubleScratch.Get(2 * count);
        Workers.For(planes.Parts, new PlaneSumsJob<T>(planes, gradOutput, input, scratch));
        Moments.Sum(scratch.AsSpan(0, count), planes.Channels);
        Moments.Sum(scratch.AsSpan(count, count), planes.Channels);
        return (scratch.AsMemory(0, planes.Channels), scratch.AsMemory(count, planes.Channels));
    }

    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        int count = planes.Images * planes.Channels;
        int first = index * planes.PlanesPerPart;
        int last = Math.Min(first + planes.PlanesPerPart, count);
        for (int plane = first; plane < last; plane++)
        {
            ReadOnlySpan<T> g = gradOutput.Span.Slice(plane * planes.Length, planes.Length);
            sums[plane] = LaneSum.Sum(g);
            sums[count + plane] = LaneSum.Dot(g, input.Span.Slice(plane * planes.Length, planes.Length));
        }
    }
}

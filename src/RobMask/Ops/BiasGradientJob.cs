using System.Numerics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The gradient of a bias: each plane by <see cref="LaneSum"/>, the planes of a channel in the tree of <see cref="Moments"/>, one rounding.</summary>
internal readonly struct BiasGradientJob<T>(Planes planes, DenseTensor<T> gradOutput, DenseTensor<T> gradBias) : IWorkerJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        Span<double> sums = DoubleScratch.Doubles(planes.Images);
        for (int n = 0; n < planes.Images; n++)
        {
            ReadOnlySpan<T> plane = gradOutput.Span.Slice(planes.Start(n, index), planes.Length);
            sums[n] = planes.Length == 1 ? Real.ToDouble(plane[0]) : LaneSum.Sum(plane);
        }

        gradBias.Span[index] = Real.FromDouble<T>(Moments.Sum(sums));
    }
}

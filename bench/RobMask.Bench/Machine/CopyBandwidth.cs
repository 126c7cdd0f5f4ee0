using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Bench.Machine;

/// <summary>The most bytes a second that this machine copies from memory to memory, read and written ones counted together.</summary>
/// <remarks>Arrays far larger than the last cache, in parts of 1 MB so that every thread streams.</remarks>
internal static class CopyBandwidth
{
    private const int Elements = 32 << 20;
    private const int Part = 1 << 18;

    /// <summary>GB/s of all threads together.</summary>
    public static double Measure(int threads)
    {
        int before = Workers.ThreadCount;
        Workers.ThreadCount = threads;
        DenseTensor<float> source = new(Elements);
        DenseTensor<float> destination = new(Elements);
        double best = 2.0 * sizeof(float) * Elements / Fastest.Seconds(() => Workers.For(Elements / Part, new CopyJob(source, destination))) / 1e9;
        Workers.ThreadCount = before;
        return best;
    }

    private readonly struct CopyJob(DenseTensor<float> source, DenseTensor<float> destination) : IWorkerJob
    {
        public void Run(int index, int worker) =>
            source.Span.Slice(index * Part, Part).CopyTo(destination.Span.Slice(index * Part, Part));
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobMask.Kernels;

namespace RobMask.Bench.Kernels;

/// <summary>The most floating-point operations a second that this machine does in registers alone.</summary>
/// <remarks>Sixteen independent chains of fused multiply-adds: enough to hide their latency, and no memory.</remarks>
internal static class Ceiling
{
    private const int Steps = 1_000_000;
    private const int Chains = 16;

    /// <summary>GFLOP/s of all threads together, the best of several rounds.</summary>
    public static double Measure(int threads)
    {
        double[] sink = new double[threads];
        double best = 0;
        for (int round = 0; round < 12; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Workers.For(threads, new Burn(sink));
            double operations = 2.0 * Chains * Lanes * Steps * threads;
            best = Math.Max(best, operations / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    private static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    private readonly struct Burn(double[] sink) : IWorkerJob
    {
        public void Run(int index, int worker) => sink[index] = Lanes switch
        {
            16 => Burn512(Vector512.Create(0.5f), Vector512.Create(0.25f)),
            8 => Burn256(Vector256.Create(0.5f), Vector256.Create(0.25f)),
            _ => Burn128(Vector128.Create(0.5f), Vector128.Create(0.25f)),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Burn512(Vector512<float> factor, Vector512<float> term)
    {
        Vector512<float> x0 = term, x1 = term, x2 = term, x3 = term;
        Vector512<float> x4 = term, x5 = term, x6 = term, x7 = term;
        Vector512<float> x8 = term, x9 = term, x10 = term, x11 = term;
        Vector512<float> x12 = term, x13 = term, x14 = term, x15 = term;
        for (int step = 0; step < Steps; step++)
        {
            x0 = Vector512.FusedMultiplyAdd(x0, factor, term);
            x1 = Vector512.FusedMultiplyAdd(x1, factor, term);
            x2 = Vector512.FusedMultiplyAdd(x2, factor, term);
            x3 = Vector512.FusedMultiplyAdd(x3, factor, term);
            x4 = Vector512.FusedMultiplyAdd(x4, factor, term);
            x5 = Vector512.FusedMultiplyAdd(x5, factor, term);
            x6 = Vector512.FusedMultiplyAdd(x6, factor, term);
            x7 = Vector512.FusedMultiplyAdd(x7, factor, term);
            x8 = Vector512.FusedMultiplyAdd(x8, factor, term);
            x9 = Vector512.FusedMultiplyAdd(x9, factor, term);
            x10 = Vector512.FusedMultiplyAdd(x10, factor, term);
            x11 = Vector512.FusedMultiplyAdd(x11, factor, term);
            x12 = Vector512.FusedMultiplyAdd(x12, factor, term);
            x13 = Vector512.FusedMultiplyAdd(x13, factor, term);
            x14 = Vector512.FusedMultiplyAdd(x14, factor, term);
            x15 = Vector512.FusedMultiplyAdd(x15, factor, term);
        }

        return Vector512.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11 + x12 + x13 + x14 + x15);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Burn256(Vector256<float> factor, Vector256<float> term)
    {
        Vector256<float> x0 = term, x1 = term, x2 = term, x3 = term;
        Vector256<float> x4 = term, x5 = term, x6 = term, x7 = term;
        Vector256<float> x8 = term, x9 = term, x10 = term, x11 = term;
        Vector256<float> x12 = term, x13 = term, x14 = term, x15 = term;
        for (int step = 0; step < Steps; step++)
        {
            x0 = Vector256.FusedMultiplyAdd(x0, factor, term);
            x1 = Vector256.FusedMultiplyAdd(x1, factor, term);
            x2 = Vector256.FusedMultiplyAdd(x2, factor, term);
            x3 = Vector256.FusedMultiplyAdd(x3, factor, term);
            x4 = Vector256.FusedMultiplyAdd(x4, factor, term);
            x5 = Vector256.FusedMultiplyAdd(x5, factor, term);
            x6 = Vector256.FusedMultiplyAdd(x6, factor, term);
            x7 = Vector256.FusedMultiplyAdd(x7, factor, term);
            x8 = Vector256.FusedMultiplyAdd(x8, factor, term);
            x9 = Vector256.FusedMultiplyAdd(x9, factor, term);
            x10 = Vector256.FusedMultiplyAdd(x10, factor, term);
            x11 = Vector256.FusedMultiplyAdd(x11, factor, term);
            x12 = Vector256.FusedMultiplyAdd(x12, factor, term);
            x13 = Vector256.FusedMultiplyAdd(x13, factor, term);
            x14 = Vector256.FusedMultiplyAdd(x14, factor, term);
            x15 = Vector256.FusedMultiplyAdd(x15, factor, term);
        }

        return Vector256.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11 + x12 + x13 + x14 + x15);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Burn128(Vector128<float> factor, Vector128<float> term)
    {
        Vector128<float> x0 = term, x1 = term, x2 = term, x3 = term;
        Vector128<float> x4 = term, x5 = term, x6 = term, x7 = term;
        Vector128<float> x8 = term, x9 = term, x10 = term, x11 = term;
        Vector128<float> x12 = term, x13 = term, x14 = term, x15 = term;
        for (int step = 0; step < Steps; step++)
        {
            x0 = Vector128.FusedMultiplyAdd(x0, factor, term);
            x1 = Vector128.FusedMultiplyAdd(x1, factor, term);
            x2 = Vector128.FusedMultiplyAdd(x2, factor, term);
            x3 = Vector128.FusedMultiplyAdd(x3, factor, term);
            x4 = Vector128.FusedMultiplyAdd(x4, factor, term);
            x5 = Vector128.FusedMultiplyAdd(x5, factor, term);
            x6 = Vector128.FusedMultiplyAdd(x6, factor, term);
            x7 = Vector128.FusedMultiplyAdd(x7, factor, term);
            x8 = Vector128.FusedMultiplyAdd(x8, factor, term);
            x9 = Vector128.FusedMultiplyAdd(x9, factor, term);
            x10 = Vector128.FusedMultiplyAdd(x10, factor, term);
            x11 = Vector128.FusedMultiplyAdd(x11, factor, term);
            x12 = Vector128.FusedMultiplyAdd(x12, factor, term);
            x13 = Vector128.FusedMultiplyAdd(x13, factor, term);
            x14 = Vector128.FusedMultiplyAdd(x14, factor, term);
            x15 = Vector128.FusedMultiplyAdd(x15, factor, term);
        }

        return Vector128.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11 + x12 + x13 + x14 + x15);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RobMask.Kernels;

namespace RobMask.Bench.Machine;

/// <summary>The most floating-point operations a second that this machine does in registers alone.</summary>
/// <remarks>Sixteen independent chains of fused multiply-adds: enough to hide their latency, and no memory.</remarks>
internal static class Ceiling
{
    private const int Steps = 1_000_000;
    private const int Chains = 16;

    /// <summary>GFLOP/s of all threads together.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    public static double Measure<T>(int threads)
        where T : unmanaged, INumber<T>
    {
        int before = Workers.ThreadCount;
        Workers.ThreadCount = threads;
        T[] sink = new T[threads];
        double lanes = VectorBits.Best / 8.0 / Unsafe.SizeOf<T>();
        double best = 2.0 * Chains * lanes * Steps * threads / Fastest.Seconds(() => Workers.For(threads, new BurnJob<T>(sink))) / 1e9;
        Workers.ThreadCount = before;
        return best;
    }

    private readonly struct BurnJob<T>(T[] sink) : IWorkerJob
        where T : unmanaged, INumber<T>
    {
        public void Run(int index, int worker) => sink[index] = VectorBits.Best switch
        {
            512 => Burn<Vector512<T>, T, Width512<T>>(),
            256 => Burn<Vector256<T>, T, Width256<T>>(),
            _ => Burn<Vector128<T>, T, Width128<T>>(),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe T Burn<TVector, T, TWidth>()
        where TVector : struct
        where T : unmanaged, INumber<T>
        where TWidth : struct, IVectorWidth<TVector, T>
    {
        // x ← x/2 + 1/4 stays near 1/2: no infinity, no subnormal number.
        TVector factor = TWidth.Broadcast(T.CreateChecked(0.5));
        TVector term = TWidth.Broadcast(T.CreateChecked(0.25));
        TVector x0 = term, x1 = term, x2 = term, x3 = term;
        TVector x4 = term, x5 = term, x6 = term, x7 = term;
        TVector x8 = term, x9 = term, x10 = term, x11 = term;
        TVector x12 = term, x13 = term, x14 = term, x15 = term;
        for (int step = 0; step < Steps; step++)
        {
            x0 = TWidth.FusedMultiplyAdd(x0, factor, term);
            x1 = TWidth.FusedMultiplyAdd(x1, factor, term);
            x2 = TWidth.FusedMultiplyAdd(x2, factor, term);
            x3 = TWidth.FusedMultiplyAdd(x3, factor, term);
            x4 = TWidth.FusedMultiplyAdd(x4, factor, term);
            x5 = TWidth.FusedMultiplyAdd(x5, factor, term);
            x6 = TWidth.FusedMultiplyAdd(x6, factor, term);
            x7 = TWidth.FusedMultiplyAdd(x7, factor, term);
            x8 = TWidth.FusedMultiplyAdd(x8, factor, term);
            x9 = TWidth.FusedMultiplyAdd(x9, factor, term);
            x10 = TWidth.FusedMultiplyAdd(x10, factor, term);
            x11 = TWidth.FusedMultiplyAdd(x11, factor, term);
            x12 = TWidth.FusedMultiplyAdd(x12, factor, term);
            x13 = TWidth.FusedMultiplyAdd(x13, factor, term);
            x14 = TWidth.FusedMultiplyAdd(x14, factor, term);
            x15 = TWidth.FusedMultiplyAdd(x15, factor, term);
        }

        // Every chain is used, or the compiler would drop it; an array of them would keep them in memory instead of registers.
        x0 = Sum(factor, Sum(factor, x0, x1, x2, x3), Sum(factor, x4, x5, x6, x7), Sum(factor, x8, x9, x10, x11), Sum(factor, x12, x13, x14, x15));
        T* lanes = stackalloc T[TWidth.Lanes];
        TWidth.Store(x0, lanes);
        return lanes[0];

        static TVector Sum(TVector factor, TVector a, TVector b, TVector c, TVector d) =>
            TWidth.FusedMultiplyAdd(a, factor, TWidth.FusedMultiplyAdd(b, factor, TWidth.FusedMultiplyAdd(c, factor, d)));
    }
}

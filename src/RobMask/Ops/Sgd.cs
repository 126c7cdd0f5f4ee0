using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>One step of stochastic gradient descent, as torch.optim.SGD, in one pass over the parameter.</summary>
/// <remarks>
/// <para>With rates widened or rounded to T, element by element, in this order:</para>
/// <para>1. weight decay λ ≠ 0: g ← fma(λ, w, g);</para>
/// <para>2. momentum m ≠ 0: on a parameter's first step b ← g, else b ← fma(1 − d, g, b·m) with b·m rounded and 1 − d taken in double; then g ← fma(m, b, g) with
/// Nesterov, else g ← b;</para>
/// <para>3. w ← fma(−η, g, w).</para>
/// <para>NaN and ±∞ follow IEEE 754. The gradient is left as it is.</para>
/// </remarks>
public static class Sgd
{
    /// <summary>Does one step.</summary>
    /// <param name="parameter">w, replaced.</param>
    /// <param name="gradient">g.</param>
    /// <param name="momentumBuffer">b, replaced; null where momentum is 0.</param>
    /// <param name="firstStep">True on the first step of this parameter.</param>
    /// <param name="options">Rates.</param>
    /// <exception cref="ArgumentException">Shapes disagree, a rate is out of range, or the buffer is missing.</exception>
    public static void Step<T>(DenseTensor<T> parameter, DenseTensor<T> gradient, DenseTensor<T>? momentumBuffer, bool firstStep, in SgdOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(options);
        Require.SameShape("sgd C1", nameof(gradient), gradient, nameof(parameter), parameter);
        if (options.Momentum != 0)
        {
            Require.SameShape("sgd C1", nameof(momentumBuffer), momentumBuffer ?? throw new ArgumentException("sgd C2: momentum needs a buffer", nameof(momentumBuffer)), nameof(parameter), parameter);
        }

        Workers.For((parameter.Length + RowMap.Chunk - 1) / RowMap.Chunk, new Job<T>(parameter, gradient, options.Momentum != 0 ? momentumBuffer : null, firstStep, new Rates<T>(options)));
    }

    private static void Check(in SgdOptions options)
    {
        if (!(options.LearningRate >= 0 && options.Momentum >= 0 && options.WeightDecay >= 0 && options.Dampening is >= 0 and <= 1))
        {
            throw new ArgumentException($"sgd C3: {options}: learning rate, momentum and weight decay must be at least 0, dampening in [0, 1]", nameof(options));
        }

        if (options.Nesterov && (options.Momentum == 0 || options.Dampening != 0))
        {
            throw new ArgumentException($"sgd C4: {options}: Nesterov needs a momentum above 0 and no dampening", nameof(options));
        }
    }

    private readonly struct Rates<T>(SgdOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public readonly T MinusLearningRate = Real.FromDouble<T>(-options.LearningRate);
        public readonly T Momentum = Real.FromDouble<T>(options.Momentum);
        public readonly T Share = Real.FromDouble<T>(1 - (double)options.Dampening);
        public readonly T WeightDecay = Real.FromDouble<T>(options.WeightDecay);
        public readonly bool Decays = options.WeightDecay != 0;
        public readonly bool Nesterov = options.Nesterov;
    }

    private readonly struct Job<T>(DenseTensor<T> parameter, DenseTensor<T> gradient, DenseTensor<T>? buffer, bool firstStep, Rates<T> rates) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int start = index * RowMap.Chunk;
            int length = Math.Min(RowMap.Chunk, parameter.Length - start);
            Span<T> w = parameter.Span.Slice(start, length);
            ReadOnlySpan<T> g = gradient.Span.Slice(start, length);
            Span<T> b = buffer is null ? default : buffer.Span.Slice(start, length);
            int i = Real.Vectorises ? Vectors(w, g, b) : 0;
            for (; i < length; i++)
            {
                T direction = rates.Decays ? T.FusedMultiplyAdd(rates.WeightDecay, w[i], g[i]) : g[i];
                if (!b.IsEmpty)
                {
                    b[i] = firstStep ? direction : T.FusedMultiplyAdd(rates.Share, direction, b[i] * rates.Momentum);
                    direction = rates.Nesterov ? T.FusedMultiplyAdd(rates.Momentum, b[i], direction) : b[i];
                }

                w[i] = T.FusedMultiplyAdd(rates.MinusLearningRate, direction, w[i]);
            }
        }

        private int Vectors(Span<T> w, ReadOnlySpan<T> g, Span<T> b)
        {
            ref T w0 = ref MemoryMarshal.GetReference(w);
            ref T g0 = ref MemoryMarshal.GetReference(g);
            ref T b0 = ref MemoryMarshal.GetReference(b);
            Vector512<T> minusLearningRate = Vector512.Create(rates.MinusLearningRate);
            Vector512<T> momentum = Vector512.Create(rates.Momentum);
            Vector512<T> share = Vector512.Create(rates.Share);
            Vector512<T> weightDecay = Vector512.Create(rates.WeightDecay);
            int i = 0;
            for (; i <= w.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> weight = Vector512.LoadUnsafe(ref w0, (nuint)i);
                Vector512<T> direction = Vector512.LoadUnsafe(ref g0, (nuint)i);
                direction = rates.Decays ? Real.FusedMultiplyAdd(weightDecay, weight, direction) : direction;
                if (!b.IsEmpty)
                {
                    Vector512<T> velocity = firstStep ? direction : Real.FusedMultiplyAdd(share, direction, Vector512.LoadUnsafe(ref b0, (nuint)i) * momentum);
                    velocity.StoreUnsafe(ref b0, (nuint)i);
                    direction = rates.Nesterov ? Real.FusedMultiplyAdd(momentum, velocity, direction) : velocity;
                }

                Real.FusedMultiplyAdd(minusLearningRate, direction, weight).StoreUnsafe(ref w0, (nuint)i);
            }

            return i;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using RobMask.Kernels;
using RobMask.Tensors;

namespace RobMask.Numerics;

/// <summary>The random numbers of one <see cref="PhiloxKey"/>, by index: the same whatever has been drawn before.</summary>
/// <remarks>
/// <para>Layout: the block of number b has the key (low word of Seed, high word of Seed) and the counter (low word of b, high word of b, Step,
/// Stream). A 32-bit draw i is word i mod 4 of block i / 4. A 64-bit draw i is words 2·(i mod 2), its low half, and
/// 2·(i mod 2) + 1 of block i / 2. Draws of different widths share the same bits: use one width to a key, or indices far apart.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers is the generator's own term; no System.IO.Stream is near.")]
public readonly record struct PhiloxStream(PhiloxKey Key)
{
    private const int Chunk = 4096;

    /// <summary>A float in [0, 1): the high 24 bits of 32-bit draw <paramref name="index"/>, divided by 2²⁴. Exact.</summary>
    public float Uniform(long index) => ToUniform(Word(index));

    /// <summary>A double in [0, 1): the high 53 bits of 64-bit draw <paramref name="index"/>, divided by 2⁵³. Exact.</summary>
    public double Uniform53(long index) => (Word64(index) >> 11) * (1.0 / (1L << 53));

    /// <summary>
    /// A standard normal number: the inverse of the normal distribution function at (b + ½)/2⁵², b the high 52 bits of 64-bit draw <paramref name="index"/>.
    /// </summary>
    public double Normal(long index) => ToNormal(Word64(index));

    /// <summary>
    /// An integer in [0, bound): the high 64 bits of the product of bound and 64-bit draw <paramref name="index"/>.
    /// Every value has probability 1/bound within a relative 2⁻³³.
    /// </summary>
    public int Integer(long index, int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(Word64(index), (ulong)bound, out _);
    }

    /// <summary>
    /// A uniform permutation of 0 … n − 1 (Fisher and Yates): for i from n − 1 down to 1, element i is exchanged with element <c>Integer(i, i + 1)</c>.
    /// </summary>
    public void Permutation(Span<int> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = i;
        }

        for (int i = destination.Length - 1; i > 0; i--)
        {
            int j = Integer(i, i + 1);
            (destination[i], destination[j]) = (destination[j], destination[i]);
        }
    }

    /// <summary>
    /// Element i = low + (high − low)·Uniform(start + i) in float, each operation rounded; a double element is that float widened, so that float and
    /// double runs see the same numbers.
    /// </summary>
    public void FillUniform<T>(Span<T> destination, float low = 0, float high = 1, long start = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        float range = high - low;
        int i = 0;
        for (; i < destination.Length && ((start + i) & 3) != 0; i++)
        {
            destination[i] = Real.FromDouble<T>(low + (range * Uniform(start + i)));
        }

        for (; i <= destination.Length - 4; i += 4)
        {
            (uint word0, uint word1, uint word2, uint word3) = Block((start + i) >> 2);
            destination[i] = Real.FromDouble<T>(low + (range * ToUniform(word0)));
            destination[i + 1] = Real.FromDouble<T>(low + (range * ToUniform(word1)));
            destination[i + 2] = Real.FromDouble<T>(low + (range * ToUniform(word2)));
            destination[i + 3] = Real.FromDouble<T>(low + (range * ToUniform(word3)));
        }

        for (; i < destination.Length; i++)
        {
            destination[i] = Real.FromDouble<T>(low + (range * Uniform(start + i)));
        }
    }

    /// <summary>
    /// Element i = Normal(start + i)·standardDeviation, multiplied in double and rounded to float; a double element is that float widened.
    /// </summary>
    public void FillNormal<T>(Span<T> destination, float standardDeviation = 1, long start = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        if ((start & 1) != 0 && destination.Length > 0)
        {
            destination[i++] = Real.FromDouble<T>((float)(Normal(start) * standardDeviation));
        }

        for (; i <= destination.Length - 2; i += 2)
        {
            (uint word0, uint word1, uint word2, uint word3) = Block((start + i) >> 1);
            destination[i] = Real.FromDouble<T>((float)(ToNormal(word0 | ((ulong)word1 << 32)) * standardDeviation));
            destination[i + 1] = Real.FromDouble<T>((float)(ToNormal(word2 | ((ulong)word3 << 32)) * standardDeviation));
        }

        if (i < destination.Length)
        {
            destination[i] = Real.FromDouble<T>((float)(Normal(start + i) * standardDeviation));
        }
    }

    /// <inheritdoc cref="FillUniform{T}(Span{T}, float, float, long)"/>
    /// <remarks>Divided among the workers.</remarks>
    public void FillUniform<T>(DenseTensor<T> destination, float low = 0, float high = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.For((destination.Length + Chunk - 1) / Chunk, new UniformJob<T>(this, destination, low, high));

    /// <inheritdoc cref="FillNormal{T}(Span{T}, float, long)"/>
    /// <remarks>Divided among the workers.</remarks>
    public void FillNormal<T>(DenseTensor<T> destination, float standardDeviation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Workers.For((destination.Length + Chunk - 1) / Chunk, new NormalJob<T>(this, destination, standardDeviation));

    private static float ToUniform(uint word) => (word >> 8) * (1f / (1 << 24));

    private static double ToNormal(ulong word) => NormalQuantile.Of(((word >> 12) + 0.5) * (1.0 / (1L << 52)));

    private (uint Word0, uint Word1, uint Word2, uint Word3) Block(long number) =>
        Philox.Block((uint)Key.Seed, (uint)(Key.Seed >> 32), (uint)number, (uint)(number >> 32), Key.Step, Key.Stream);

    private uint Word(long index)
    {
        (uint word0, uint word1, uint word2, uint word3) = Block(index >> 2);
        return (index & 3) switch { 0 => word0, 1 => word1, 2 => word2, _ => word3 };
    }

    private ulong Word64(long index)
    {
        (uint word0, uint word1, uint word2, uint word3) = Block(index >> 1);
        return (index & 1) == 0 ? word0 | ((ulong)word1 << 32) : word2 | ((ulong)word3 << 32);
    }

    private readonly struct UniformJob<T>(PhiloxStream stream, DenseTensor<T> destination, float low, float high) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int start = index * Chunk;
            stream.FillUniform(destination.Span[start..Math.Min(start + Chunk, destination.Length)], low, high, start);
        }
    }

    private readonly struct NormalJob<T>(PhiloxStream stream, DenseTensor<T> destination, float standardDeviation) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int start = index * Chunk;
            stream.FillNormal(destination.Span[start..Math.Min(start + Chunk, destination.Length)], standardDeviation, start);
        }
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;
using Xunit;
using Xunit.Sdk;

namespace RobMask.Tests;

/// <summary>Tensors of random numbers, and what may be asked of their bits.</summary>
public static class TestTensors
{
    /// <summary>Standard normal numbers, the same for float and double: element i is draw i of the seed.</summary>
    public static DenseTensor<T> Normal<T>(uint seed, params ReadOnlySpan<int> extents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(extents);
        new PhiloxStream(new PhiloxKey(seed, 1000, 0)).FillNormal(tensor.Span);
        return tensor;
    }

    /// <summary>Labels drawn from K classes.</summary>
    public static DenseTensor<int> Labels(uint seed, int images, int classes)
    {
        DenseTensor<int> labels = new(images);
        PhiloxStream stream = new(new PhiloxKey(seed, 1001, 0));
        for (int n = 0; n < images; n++)
        {
            labels.Span[n] = stream.Integer(n, classes);
        }

        return labels;
    }

    /// <summary>The same values in double.</summary>
    public static DenseTensor<double> Widen(DenseTensor<float> tensor)
    {
        DenseTensor<double> wide = new(tensor.Shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            wide.Span[i] = tensor.Span[i];
        }

        return wide;
    }

    /// <summary>A copy with memory of its own.</summary>
    public static DenseTensor<T> Copy<T>(DenseTensor<T> tensor)
        where T : unmanaged
    {
        DenseTensor<T> copy = new(tensor.Shape);
        tensor.Span.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>Fails unless two tensors have the same bits, signs of zeros and payloads of NaN included.</summary>
    public static void AssertSameBits<T>(string name, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged
    {
        if (!MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual)))
        {
            int i = 0;
            while (i < expected.Length && MemoryMarshal.AsBytes(expected.Slice(i, 1)).SequenceEqual(MemoryMarshal.AsBytes(actual.Slice(i, 1))))
            {
                i++;
            }

            throw new XunitException($"{name}: {expected.Length} elements expected, {actual.Length} there; first difference at {i}: {(i < expected.Length ? $"{expected[i]} and {actual[i]}" : "the length")}");
        }
    }

    /// <summary>Fails unless a computation gives the same bits with 1, 2 and 7 threads.</summary>
    public static void AssertSameBitsOnAnyThreads<T>(string name, Func<DenseTensor<T>[]> compute)
        where T : unmanaged
    {
        int before = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            DenseTensor<T>[] alone = [.. compute().Select(Copy)];
            foreach (int threads in new[] { 2, 7 })
            {
                Workers.ThreadCount = threads;
                DenseTensor<T>[] together = compute();
                for (int i = 0; i < alone.Length; i++)
                {
                    AssertSameBits<T>($"{name}: result {i} with {threads} threads", alone[i].Span, together[i].Span);
                }
            }
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }
}

/// <summary>Tests that set <see cref="Workers.ThreadCount"/> or count allocations run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "Alone";
}

using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>What every pass of <see cref="BatchNorm"/> reads: a, the statistics of its channels, and the mask of its channels or planes.</summary>
internal readonly struct BatchNormPlanes<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>As the convolutions have it: more than the caches keep until the next operation reads it.</summary>
    private const int LargeBytes = 8 << 20;

    public BatchNormPlanes(DenseTensor<T> input, DenseTensor<T> mean, DenseTensor<T> reciprocal, DenseTensor<T> gamma, DenseTensor<T> beta)
    {
        Planes = Planes.Of("batch norm C1", "input", input.Shape);
        Require.Vector("batch norm C2", nameof(mean), mean, Planes.Channels);
        Require.Vector("batch norm C2", nameof(reciprocal), reciprocal, Planes.Channels);
        PerImage = Rescale.IsPerImage("batch norm C2", Planes, nameof(gamma), gamma);
        Require.SameShape("batch norm C2", nameof(beta), beta, nameof(gamma), gamma);
        Input = input;
        Mean = mean;
        Reciprocal = reciprocal;
        Gamma = gamma;
        Beta = beta;
    }

    public Planes Planes { get; }

    /// <summary>Whether γ and β are [N, C].</summary>
    public bool PerImage { get; }

    public DenseTensor<T> Input { get; }

    public DenseTensor<T> Mean { get; }

    public DenseTensor<T> Reciprocal { get; }

    public DenseTensor<T> Gamma { get; }

    public DenseTensor<T> Beta { get; }

    /// <summary>The planes of one part of a job.</summary>
    public (int First, int End) Part(int index)
    {
        int first = index * Planes.PlanesPerPart;
        return (first, Math.Min(first + Planes.PlanesPerPart, Planes.Images * Planes.Channels));
    }

    /// <summary>The scalars of one plane.</summary>
    public BatchNormRow<T> Row(int plane)
    {
        int c = plane % Planes.Channels;
        int mask = PerImage ? plane : c;
        return new BatchNormRow<T>(Mean.Span[c], Reciprocal.Span[c], Gamma.Span[mask], Beta.Span[mask]);
    }

    /// <summary>Whether a tensor of this shape, other than a, is so large that it is written past the caches: its planes start at whole registers.</summary>
    public unsafe bool PastCaches(DenseTensor<T> output) =>
        (long)output.Length * sizeof(T) >= LargeBytes
        && !ReferenceEquals(output, Input)
        && Planes.Length % Vector512<T>.Count == 0
        && (nuint)output.Pointer % (nuint)Vector512<byte>.Count == 0;

    /// <summary>One plane of a tensor.</summary>
    public Span<T> Plane(DenseTensor<T> tensor, int plane) => tensor.Span.Slice(plane * Planes.Length, Planes.Length);
}

#pragma warning disable IDE0060, CA1822
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace RobMask.Numerics;

/// <summary>A sequence of random numbers.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers is the generator's own term; no System.IO.Stream is near.")]
public readonly struct PhiloxStream(PhiloxKey key)
{
    /// <summary>The key.</summary>
    public PhiloxKey Key { get; } = key;

    /// <summary>F</summary>
    public float Uniform(long index) => throw new NotImplementedException();

    /// <summary>F</summary>
    public double Uniform53(long index) => throw new NotImplementedException();

    /// <summary>F</summary>
    public double Normal(long index) => throw new NotImplementedException();

    /// <summary>F</summary>
    public int Integer(long index, int bound) => throw new NotImplementedException();

    /// <summary>F</summary>
    public void Permutation(Span<int> destination) => throw new NotImplementedException();

    /// <summary>F</summary>
    public void FillUniform<T>(Span<T> destination, float low = 0, float high = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public void FillNormal<T>(Span<T> destination, float standardDeviation = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

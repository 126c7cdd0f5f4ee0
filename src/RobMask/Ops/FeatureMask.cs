#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Mask bits.</summary>
public static class FeatureMask
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> input, Span<bool> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Openness<T>(DenseTensor<T> input, Span<double> openness)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

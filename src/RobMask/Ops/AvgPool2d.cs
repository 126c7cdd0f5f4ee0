#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Average pooling.</summary>
public static class AvgPool2d
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> input, PoolAttributes attributes, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> gradOutput, PoolAttributes attributes, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

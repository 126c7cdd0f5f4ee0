#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Sum.</summary>
public static class Residual
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> left, DenseTensor<T> right, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

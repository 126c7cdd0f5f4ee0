#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Strength.</summary>
public static class Strength
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> delta, float epsilonMax, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> delta, float epsilonMax, DenseTensor<T> gradOutput, DenseTensor<T> gradDelta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Attack steps.</summary>
public static class ProjectedStep
{
    /// <summary>F</summary>
    public static void StartLinf<T>(DenseTensor<T> origin, DenseTensor<T> epsilon, PhiloxKey key, PixelBox box, DenseTensor<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void StartL2<T>(DenseTensor<T> origin, DenseTensor<T> epsilon, PhiloxKey key, PixelBox box, DenseTensor<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Linf<T>(DenseTensor<T> origin, DenseTensor<T> gradient, DenseTensor<T> stepSize, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void L2<T>(DenseTensor<T> origin, DenseTensor<T> gradient, DenseTensor<T> stepSize, DenseTensor<T> epsilon, PixelBox box, DenseTensor<T> images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Cross-entropy.</summary>
public static class CrossEntropy
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> logits, DenseTensor<int> labels, float smoothing, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> logits, DenseTensor<int> labels, float smoothing, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static T Reduce<T>(DenseTensor<T> perImage, Reduction reduction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

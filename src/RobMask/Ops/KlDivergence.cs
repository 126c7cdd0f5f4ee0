#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>KL.</summary>
public static class KlDivergence
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> reference, DenseTensor<T> logits, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> reference, DenseTensor<T> logits, T factor, DenseTensor<T>? gradReference, DenseTensor<T>? gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

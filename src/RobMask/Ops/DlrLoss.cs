#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>DLR.</summary>
public static class DlrLoss
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> logits, DenseTensor<int> labels, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void ForwardTargeted<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<int> targets, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardTargeted<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<int> targets, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

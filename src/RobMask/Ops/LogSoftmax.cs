#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>LogSoftmax.</summary>
public static class LogSoftmax
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> output, DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Rescaling.</summary>
public static class Rescale
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> gamma, DenseTensor<T> beta, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardInput<T>(DenseTensor<T> gradOutput, DenseTensor<T> gamma, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardMask<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradGamma, DenseTensor<T> gradBeta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

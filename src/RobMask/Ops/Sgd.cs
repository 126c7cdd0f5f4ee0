#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>SGD.</summary>
public static class Sgd
{
    /// <summary>F</summary>
    public static void Step<T>(DenseTensor<T> parameter, DenseTensor<T> gradient, DenseTensor<T>? momentumBuffer, bool firstStep, in SgdOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

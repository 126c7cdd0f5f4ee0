#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Rescaling by a mixture.</summary>
public static class MixedRescale
{
    /// <summary>F</summary>
    public static void Mix<T>(DenseTensor<T> primary, DenseTensor<T> coefficients, DenseTensor<T> mixed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardPrimary<T>(DenseTensor<T> gradMixed, DenseTensor<T> coefficients, DenseTensor<T> gradPrimary)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardCoefficients<T>(DenseTensor<T> gradMixedGamma, DenseTensor<T> gammas, DenseTensor<T> gradMixedBeta, DenseTensor<T> betas, DenseTensor<T> gradCoefficients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> gammas, DenseTensor<T> betas, DenseTensor<T> coefficients, DenseTensor<T> mixedGamma, DenseTensor<T> mixedBeta, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gammas, DenseTensor<T> betas, DenseTensor<T> coefficients, DenseTensor<T> mixedGamma, DenseTensor<T> gradMixedGamma, DenseTensor<T> gradMixedBeta, DenseTensor<T> gradGammas, DenseTensor<T> gradBetas, DenseTensor<T> gradCoefficients, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Normalisation.</summary>
public static class Normalise
{
    /// <summary>F</summary>
    public static void ForwardTraining<T>(DenseTensor<T> input, float epsilon, DenseTensor<T> output, DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void UpdateRunning<T>(DenseTensor<T> mean, DenseTensor<T> variance, long count, float momentum, DenseTensor<T> runningMean, DenseTensor<T> runningVariance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void ForwardEvaluation<T>(DenseTensor<T> input, DenseTensor<T> runningMean, DenseTensor<T> runningVariance, float epsilon, DenseTensor<T> output, DenseTensor<T> reciprocal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardTraining<T>(DenseTensor<T> normalised, DenseTensor<T> gradOutput, DenseTensor<T> reciprocal, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void BackwardEvaluation<T>(DenseTensor<T> gradOutput, DenseTensor<T> reciprocal, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>A linear layer, y = x·Wᵀ + b (torch.nn.functional.linear).</summary>
public static partial class Linear
{
    /// <summary>Forward.</summary>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the input.</summary>
    public static void BackwardInput<T>(DenseTensor<T> gradOutput, DenseTensor<T> weight, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the weight.</summary>
    public static void BackwardWeight<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the bias.</summary>
    public static void BackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Two-dimensional cross-correlation.</summary>
public static class Conv2d
{
    /// <summary>The shape of the output.</summary>
    public static TensorShape OutputShape(TensorShape input, TensorShape weight, ConvAttributes attributes) => throw new NotImplementedException();

    /// <summary>Forward.</summary>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, ConvAttributes attributes, DenseTensor<T> output)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the input.</summary>
    public static void BackwardInput<T>(DenseTensor<T> gradOutput, DenseTensor<T> weight, ConvAttributes attributes, DenseTensor<T> gradInput)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the weight.</summary>
    public static void BackwardWeight<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, ConvAttributes attributes, DenseTensor<T> gradWeight)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the bias.</summary>
    public static void BackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

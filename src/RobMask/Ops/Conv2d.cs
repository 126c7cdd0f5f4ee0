using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Two-dimensional cross-correlation (torch.nn.functional.conv2d).</summary>
public static partial class Conv2d
{
    /// <summary>The shape of the output, [N, K, P, Q].</summary>
    /// <exception cref="ArgumentException">A constraint of <see cref="ConvShape"/> does not hold.</exception>
    public static TensorShape OutputShape(TensorShape input, TensorShape weight, ConvAttributes attributes) =>
        ConvShape.Create(input, weight, attributes).Output;

    /// <summary>Forward.</summary>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, ConvAttributes attributes, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the input.</summary>
    public static void BackwardInput<T>(DenseTensor<T> gradOutput, DenseTensor<T> weight, ConvAttributes attributes, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the weight.</summary>
    public static void BackwardWeight<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, ConvAttributes attributes, DenseTensor<T> gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The gradient of the bias.</summary>
    public static void BackwardBias<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
}

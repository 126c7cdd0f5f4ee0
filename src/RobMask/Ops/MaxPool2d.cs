#pragma warning disable IDE0005, IDE0060
using System.Numerics;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Max-pooling.</summary>
public static class MaxPool2d
{
    /// <summary>F</summary>
    public static void Forward<T>(DenseTensor<T> input, PoolAttributes attributes, DenseTensor<T> output, DenseTensor<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>F</summary>
    public static void Backward<T>(DenseTensor<T> gradOutput, DenseTensor<int> indices, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();

    /// <summary>The shape of the output.</summary>
    public static TensorShape OutputShape(TensorShape input, PoolAttributes attributes)
    {
        if (input.Rank != 4)
        {
            throw new ArgumentException($"pool2d C1: the input must be [N, C, H, W], it is {input}", nameof(input));
        }

        int p = ((input[2] + (2 * attributes.PaddingHeight) - attributes.KernelHeight) / attributes.StrideHeight) + 1;
        int q = ((input[3] + (2 * attributes.PaddingWidth) - attributes.KernelWidth) / attributes.StrideWidth) + 1;
        return new TensorShape(input[0], input[1], p, q);
    }
}

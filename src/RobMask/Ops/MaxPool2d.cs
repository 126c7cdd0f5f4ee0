using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Max-pooling.</summary>
public static class MaxPool2d
{
    /// <summary>The shape of the output.</summary>
    public static TensorShape OutputShape(TensorShape input, PoolAttributes attributes) => throw new NotImplementedException();
}

using System.Numerics;
using RobMask.Tensors;
using TorchSharp;

namespace RobMask.Torch.Tests.Support;

/// <summary>Carries values between the managed tensors and libtorch's, exactly where the target is at least as wide.</summary>
internal static class Bridge
{
    static Bridge() => TorchLibrary.Load();

    /// <summary>Makes sure that libtorch is loaded, and keeps what the test makes from living on.</summary>
    public static DisposeScope Scope() => torch.NewDisposeScope();

    /// <summary>libtorch's name of T.</summary>
    public static torch.ScalarType TypeOf<T>() => typeof(T) == typeof(double) ? torch.ScalarType.Float64 : torch.ScalarType.Float32;

    /// <summary>A copy of a tensor in libtorch.</summary>
    public static torch.Tensor ToTorch<T>(this DenseTensor<T> tensor, torch.ScalarType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => torch.tensor(tensor.ToDoubles(), tensor.Shape.ToTorch(), dtype: type);

    /// <summary>A copy of labels or indices in libtorch.</summary>
    public static torch.Tensor ToTorch(this DenseTensor<int> tensor) =>
        torch.tensor(tensor.Span.ToArray(), tensor.Shape.ToTorch(), dtype: torch.ScalarType.Int64);

    /// <summary>The extents as libtorch wants them.</summary>
    public static long[] ToTorch(this TensorShape shape) => Array.ConvertAll(shape.Extents.ToArray(), extent => (long)extent);

    /// <summary>The values, widened.</summary>
    public static double[] ToDoubles<T>(this DenseTensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(tensor.Span.ToArray(), double.CreateChecked);

    /// <summary>libtorch's values, widened.</summary>
    public static double[] ToDoubles(this torch.Tensor tensor) => tensor.detach().to(torch.ScalarType.Float64).contiguous().data<double>().ToArray();
}

using System.Numerics;
using RobMask.Numerics;
using RobMask.Tensors;
using static TorchSharp.torch;

namespace RobMask.Bench.Comparison;

/// <summary>The same random numbers for both contestants.</summary>
internal static class HostTensors
{
    /// <summary>Uniform in ± 1.</summary>
    public static DenseTensor<float> Random(ulong seed, params ReadOnlySpan<int> extents) => Random<float>(seed, new TensorShape(extents));

    /// <summary>Uniform in ± 1.</summary>
    public static DenseTensor<T> Random<T>(ulong seed, TensorShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(shape);
        new PhiloxStream(new PhiloxKey(seed, PhiloxStreams.Data, 0)).FillUniform(tensor.Span, -1, 1);
        return tensor;
    }

    /// <summary>A copy for libtorch.</summary>
    public static Tensor Copy(DenseTensor<float> source) => tensor(source.Span.ToArray(), Extents(source.Shape));

    public static long[] Extents(TensorShape shape) => Array.ConvertAll(shape.Extents.ToArray(), extent => (long)extent);
}

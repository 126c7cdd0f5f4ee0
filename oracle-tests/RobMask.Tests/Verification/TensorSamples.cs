using System.Runtime.InteropServices;
using RobMask.Tensors;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>Small tensors of every element type, and equality of bits.</summary>
internal static class TensorSamples
{
    public static ITensor[] EveryType() =>
    [
        DenseTensor<float>.From([0f, -0f, float.NaN, float.NegativeInfinity, float.Epsilon, 1.5f], 2, 3),
        DenseTensor<double>.From([Math.PI, -0.0], 2),
        DenseTensor<int>.From([int.MinValue], []),
        DenseTensor<long>.From([], 0, 5),
        DenseTensor<long>.From([long.MaxValue, -1], 1, 2, 1),
        DenseTensor<byte>.From([0, 255], 2),
        DenseTensor<bool>.From([true, false, true], 3),
    ];

    public static NamedTensor[] Named() => [.. EveryType().Select((tensor, i) => new NamedTensor($"t{i}.x", tensor))];

    public static void AssertSame(ITensor expected, ITensor actual)
    {
        Assert.Equal(TensorFile.TypeOf(expected), TensorFile.TypeOf(actual));
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(Bytes(expected), Bytes(actual));
    }

    public static byte[] Bytes(ITensor tensor) => tensor switch
    {
        DenseTensor<float> values => MemoryMarshal.AsBytes(values.Span).ToArray(),
        DenseTensor<double> values => MemoryMarshal.AsBytes(values.Span).ToArray(),
        DenseTensor<int> values => MemoryMarshal.AsBytes(values.Span).ToArray(),
        DenseTensor<long> values => MemoryMarshal.AsBytes(values.Span).ToArray(),
        DenseTensor<byte> values => values.Span.ToArray(),
        DenseTensor<bool> values => MemoryMarshal.AsBytes(values.Span).ToArray(),
        _ => throw new ArgumentException(tensor.GetType().Name),
    };
}

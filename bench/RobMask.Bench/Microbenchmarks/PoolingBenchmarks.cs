using System.Numerics;
using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>Pooling of 128×64×32×32 by windows of 2×2, and the mean over 128×512×4×4.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class PoolingBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly PoolAttributes _window = PoolAttributes.Square(2, 2);
    private readonly DenseTensor<T> _input = HostTensors.Random<T>(1, new TensorShape(128, 64, 32, 32));
    private readonly DenseTensor<T> _output = new(128, 64, 16, 16);
    private readonly DenseTensor<int> _indices = new(128, 64, 16, 16);
    private readonly DenseTensor<T> _gradOutput = HostTensors.Random<T>(2, new TensorShape(128, 64, 16, 16));
    private readonly DenseTensor<T> _gradInput = new(128, 64, 32, 32);
    private readonly DenseTensor<T> _last = HostTensors.Random<T>(3, new TensorShape(128, 512, 4, 4));
    private readonly DenseTensor<T> _means = new(128, 512);
    private readonly DenseTensor<T> _gradLast = new(128, 512, 4, 4);

    [GlobalSetup]
    public void Setup() => MaxForward();

    [Benchmark]
    public void MaxForward() => MaxPool2d.Forward(_input, _window, _output, _indices);

    [Benchmark]
    public void MaxBackward() => MaxPool2d.Backward(_gradOutput, _indices, _gradInput);

    [Benchmark]
    public void AverageForward() => AvgPool2d.Forward(_input, _window, _output);

    [Benchmark]
    public void AverageBackward() => AvgPool2d.Backward(_gradOutput, _window, _gradInput);

    [Benchmark]
    public void GlobalForward() => GlobalAvgPool.Forward(_last, _means);

    [Benchmark]
    public void GlobalBackward() => GlobalAvgPool.Backward(_means, _gradLast);
}

using System.Numerics;
using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>A step of the optimiser on the largest weight of PreAct-ResNet-18, 512×512×3×3.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class SgdBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly TensorShape _shape = new(512, 512, 3, 3);
    private static readonly SgdOptions _options = new(0.01f, Momentum: 0.9f, WeightDecay: 5e-4f);
    private readonly DenseTensor<T> _parameter = HostTensors.Random<T>(1, _shape);
    private readonly DenseTensor<T> _gradient = HostTensors.Random<T>(2, _shape);
    private readonly DenseTensor<T> _momentum = HostTensors.Random<T>(3, _shape);

    [Benchmark]
    public void Step() => Sgd.Step(_parameter, _gradient, _momentum, false, _options);
}

using System.Numerics;
using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>Linear layers: the last one of PreAct-ResNet-18, and RobMask's gate on 3×32×32 perturbations.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class LinearBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Batch = 128;
    private DenseTensor<T> _input = null!;
    private DenseTensor<T> _weight = null!;
    private DenseTensor<T> _bias = null!;
    private DenseTensor<T> _output = null!;
    private DenseTensor<T> _gradOutput = null!;
    private DenseTensor<T> _gradInput = null!;
    private DenseTensor<T> _gradWeight = null!;

    /// <summary>Inputs and outputs.</summary>
    public static IEnumerable<(int Inputs, int Outputs)> Layers => [(512, 10), (3072, 3)];

    [ParamsSource(nameof(Layers))]
    public (int Inputs, int Outputs) Layer { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (int inputs, int outputs) = Layer;
        _input = HostTensors.Random<T>(1, new TensorShape(Batch, inputs));
        _weight = HostTensors.Random<T>(2, new TensorShape(outputs, inputs));
        _bias = HostTensors.Random<T>(3, new TensorShape(outputs));
        _output = new DenseTensor<T>(Batch, outputs);
        _gradOutput = HostTensors.Random<T>(4, _output.Shape);
        _gradInput = new DenseTensor<T>(_input.Shape);
        _gradWeight = new DenseTensor<T>(_weight.Shape);
    }

    [Benchmark]
    public void Forward() => Linear.Forward(_input, _weight, _bias, _output);

    [Benchmark]
    public void BackwardInput() => Linear.BackwardInput(_gradOutput, _weight, _gradInput);

    [Benchmark]
    public void BackwardWeight() => Linear.BackwardWeight(_input, _gradOutput, _gradWeight);
}

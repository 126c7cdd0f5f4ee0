using System.Numerics;
using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>Every convolution of PreAct-ResNet-18 and the grouped ones of ResNeXt-29, in the three directions.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class ConvolutionBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private DenseTensor<T> _input = null!;
    private DenseTensor<T> _weight = null!;
    private DenseTensor<T> _output = null!;
    private DenseTensor<T> _gradOutput = null!;
    private DenseTensor<T> _gradInput = null!;
    private DenseTensor<T> _gradWeight = null!;

    public static IEnumerable<ConvolutionCase> Shapes => ConvolutionCase.PreActResNet18.Concat(ConvolutionCase.ResNeXt29);

    [ParamsSource(nameof(Shapes))]
    public ConvolutionCase Shape { get; set; } = null!;

    [Params(32, 128)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _input = HostTensors.Random<T>(1, Shape.Input(Batch));
        _weight = HostTensors.Random<T>(2, Shape.Weight);
        _output = new DenseTensor<T>(Shape.Output(Batch));
        _gradOutput = HostTensors.Random<T>(3, _output.Shape);
        _gradInput = new DenseTensor<T>(_input.Shape);
        _gradWeight = new DenseTensor<T>(_weight.Shape);
    }

    [Benchmark]
    public void Forward() => Conv2d.Forward(_input, _weight, null, Shape.Attributes, _output);

    [Benchmark]
    public void BackwardInput() => Conv2d.BackwardInput(_gradOutput, _weight, Shape.Attributes, _gradInput);

    [Benchmark]
    public void BackwardWeight() => Conv2d.BackwardWeight(_input, _gradOutput, Shape.Attributes, _gradWeight);
}

using System.Numerics;
using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>Batch normalisation and ReLU: in one, and as the three operations one after another whose bits it has.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class BatchNormBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const float Epsilon = 1e-5f;
    private const int Batch = 128;
    private DenseTensor<T> _input = null!;
    private DenseTensor<T> _gradOutput = null!;
    private DenseTensor<T> _normalised = null!;
    private DenseTensor<T> _output = null!;
    private DenseTensor<T> _gradInput = null!;
    private DenseTensor<T> _gamma = null!;
    private DenseTensor<T> _beta = null!;
    private DenseTensor<T> _gradGamma = null!;
    private DenseTensor<T> _gradBeta = null!;
    private DenseTensor<T> _mean = null!;
    private DenseTensor<T> _variance = null!;
    private DenseTensor<T> _reciprocal = null!;

    public static IEnumerable<(int C, int Extent)> Shapes => [(64, 32), (128, 16), (256, 8), (512, 4)];

    [ParamsSource(nameof(Shapes))]
    public (int C, int Extent) Shape { get; set; }

    /// <summary>A mask for every image, as RobMask mixes them, or one for all.</summary>
    [Params(false, true)]
    public bool MaskPerImage { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TensorShape shape = new(Batch, Shape.C, Shape.Extent, Shape.Extent);
        TensorShape channels = new(Shape.C);
        TensorShape mask = MaskPerImage ? channels.Prepend(Batch) : channels;
        _input = HostTensors.Random<T>(1, shape);
        _gradOutput = HostTensors.Random<T>(2, shape);
        _normalised = new DenseTensor<T>(shape);
        _output = new DenseTensor<T>(shape);
        _gradInput = new DenseTensor<T>(shape);
        _gamma = HostTensors.Random<T>(3, mask);
        _beta = HostTensors.Random<T>(4, mask);
        _gradGamma = new DenseTensor<T>(mask);
        _gradBeta = new DenseTensor<T>(mask);
        _mean = new DenseTensor<T>(channels);
        _variance = new DenseTensor<T>(channels);
        _reciprocal = new DenseTensor<T>(channels);
        ThreeForward();
    }

    [Benchmark]
    public void Forward() => BatchNorm.ForwardTraining(_input, Epsilon, _gamma, _beta, null, true, _output, _mean, _variance, _reciprocal);

    [Benchmark]
    public void Backward() => BatchNorm.Backward(_input, _mean, _reciprocal, _gamma, _beta, true, true, _gradOutput, _gradGamma, _gradBeta, null, _gradInput);

    [Benchmark]
    public void ThreeForward()
    {
        Normalise.ForwardTraining(_input, Epsilon, _normalised, _mean, _variance, _reciprocal);
        Rescale.Forward(_normalised, _gamma, _beta, _output);
        Relu.Forward(_output, _output);
    }

    [Benchmark]
    public void ThreeBackward()
    {
        Relu.Backward(_output, _gradOutput, _gradInput);
        Rescale.BackwardMask(_normalised, _gradInput, _gradGamma, _gradBeta);
        Rescale.BackwardInput(_gradInput, _gamma, _gradInput);
        Normalise.BackwardTraining(_normalised, _gradInput, _reciprocal, _gradInput);
    }
}

using System.Numerics;
using BenchmarkDotNet.Attributes;
using RobMask.Bench.Comparison;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench.Microbenchmarks;

/// <summary>Losses of 128 images and their gradients.</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class LossBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Batch = 128;
    private readonly DenseTensor<T> _loss = new(Batch);
    private readonly DenseTensor<int> _labels = new(Batch);
    private DenseTensor<T> _logits = null!;
    private DenseTensor<T> _reference = null!;
    private DenseTensor<T> _gradient = null!;

    [Params(10, 100)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TensorShape shape = new(Batch, Classes);
        _logits = HostTensors.Random<T>(1, shape);
        _reference = HostTensors.Random<T>(2, shape);
        _gradient = new DenseTensor<T>(shape);
        for (int n = 0; n < Batch; n++)
        {
            _labels.Span[n] = n % Classes;
        }
    }

    [Benchmark]
    public void CrossEntropyLoss()
    {
        CrossEntropy.Forward(_logits, _labels, 0, _loss);
        CrossEntropy.Backward(_logits, _labels, 0, T.One, _gradient);
    }

    [Benchmark]
    public void KlDivergenceLoss()
    {
        KlDivergence.Forward(_reference, _logits, _loss);
        KlDivergence.Backward(_reference, _logits, T.One, null, _gradient);
    }

    [Benchmark]
    public void Margin()
    {
        MarginLoss.Forward(_logits, _labels, _loss);
        MarginLoss.Backward(_logits, _labels, T.One, _gradient);
    }

    [Benchmark]
    public void Dlr()
    {
        DlrLoss.Forward(_logits, _labels, _loss);
        DlrLoss.Backward(_logits, _labels, T.One, _gradient);
    }
}

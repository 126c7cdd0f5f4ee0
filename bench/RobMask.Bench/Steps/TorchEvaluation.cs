using RobMask.Torch.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Bench.Steps;

/// <summary>The logits of a batch by running statistics, on libtorch without autograd.</summary>
internal sealed class TorchEvaluation : IDisposable
{
    private static readonly TorchForward _options = new();
    private readonly TorchNetwork _network;
    private readonly Tensor _images;

    public TorchEvaluation(StartingPoint start)
    {
        _network = new TorchNetwork(start.Graph, start.Parameters, ScalarType.Float32);
        _images = tensor(start.Images, [start.Case.Batch, .. Comparison.HostTensors.Extents(start.Graph.InputShape)]);
    }

    public void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGraph = no_grad();
        _network.Forward(_images, _options);
    }

    public float[] Logits()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGraph = no_grad();
        return _network.Forward(_images, _options).data<float>().ToArray();
    }

    public void Dispose()
    {
        _network.Dispose();
        _images.Dispose();
    }
}

using RobMask.Bench.Comparison;
using RobMask.Networks;
using RobMask.Torch.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Bench.Steps;

/// <summary>A network's parameters, statistics and momentum on libtorch.</summary>
internal sealed class TorchNetwork : IDisposable
{
    private readonly NetworkGraph _graph;
    private readonly Dictionary<string, Tensor> _state = [];
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _momentum;
    private readonly PreActResNet18ByHand? _byHand;

    public TorchNetwork(NetworkGraph graph, IReadOnlyDictionary<string, float[]> start, ScalarType type)
    {
        _graph = graph;
        foreach (ParameterInfo info in graph.Parameters)
        {
            _state.Add(info.Name, tensor(start[info.Name], HostTensors.Extents(info.Shape), dtype: type).requires_grad_(true));
        }

        foreach (ParameterInfo info in graph.Buffers)
        {
            long[] extents = HostTensors.Extents(info.Shape);
            _state.Add(info.Name, info.Role == ParameterRole.RunningVariance ? ones(extents, type) : zeros(extents, type));
        }

        _parameters = [.. graph.Parameters.Select(info => _state[info.Name])];
        _momentum = [.. _parameters.Select(parameter => zeros_like(parameter))];
        _byHand = graph.Name == StepCase.Networks[0] ? new PreActResNet18ByHand(_state) : null;
    }

    /// <summary>By hand where that is written out, else as the torch engine runs a graph.</summary>
    public Tensor Forward(Tensor images, TorchForward options) =>
        _byHand?.Forward(images, options.BatchStatistics, options.Coefficients) ?? TorchGraph.Forward(_graph, _state, images, options);

    /// <summary>As PyTorch's zero_grad: the first gradient is set, not added.</summary>
    public void ZeroGradients()
    {
        foreach (Tensor parameter in _parameters)
        {
            parameter.grad = null;
        }
    }

    public void Step(double weightDecay, bool first)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] gradients = [.. _parameters.Select(parameter => parameter.grad ?? throw new InvalidOperationException("bench: a parameter of libtorch's has no gradient"))];
        TorchScripts.SgdStep(_parameters, gradients, _momentum, Rates.LearningRate, Rates.Momentum, weightDecay, first);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _state.Values.Concat(_momentum))
        {
            tensor.Dispose();
        }
    }
}

using RobMask.Engines;
using RobMask.Engines.Recording;
using RobMask.Networks;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Parameters, gradients and running statistics on a device.</summary>
internal sealed class TorchModel : IModel
{
    private readonly Dictionary<string, Tensor> _state = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly bool[] _isFresh;

    public TorchModel(NetworkGraph graph, ScalarType type, Device device, TorchPrecision precision)
    {
        Graph = graph;
        Precision = precision;
        List<ModelParameter> parameters = [];
        foreach (ParameterInfo info in graph.Parameters)
        {
            long[] extents = TorchTensor.Extents(info.Shape);
            TorchTensor value = new(zeros(extents, type, device).requires_grad_(true));
            parameters.Add(new ModelParameter(info, value, new TorchTensor(zeros(extents, type, device))));
            _indices.Add(info.Name, _indices.Count);
            _state.Add(info.Name, value.Value);
        }

        List<ModelBuffer> buffers = [];
        foreach (ParameterInfo info in graph.Buffers)
        {
            long[] extents = TorchTensor.Extents(info.Shape);
            TorchTensor value = new(info.Role == ParameterRole.RunningVariance ? ones(extents, type, device) : zeros(extents, type, device));
            buffers.Add(new ModelBuffer(info, value));
            _state.Add(info.Name, value.Value);
        }

        Parameters = parameters;
        Buffers = buffers;
        Leaves = [.. parameters.Select(parameter => ((TorchTensor)parameter.Value).Value)];
        _isFresh = [.. Enumerable.Repeat(true, parameters.Count)];
    }

    public NetworkGraph Graph { get; }

    public TorchPrecision Precision { get; }

    public IReadOnlyList<ModelParameter> Parameters { get; }

    public IReadOnlyList<ModelBuffer> Buffers { get; }

    /// <summary>Parameters and statistics by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>The parameters in the graph's order.</summary>
    public IReadOnlyList<Tensor> Leaves { get; }

    /// <summary>Is told of every operation; null for none.</summary>
    public IOperationRecorder? Recorder { get; set; }

    /// <summary>The place of a parameter in the graph's order.</summary>
    public int IndexOf(string name) => _indices[name];

    public ITape CreateTape(int capacity) => new TorchTape(this, capacity);

    public void ZeroGradients()
    {
        using IDisposable noGraph = no_grad();
        for (int i = 0; i < _isFresh.Length; i++)
        {
            if (!_isFresh[i])
            {
                Gradient(i).zero_();
                _isFresh[i] = true;
            }
        }
    }

    /// <summary>Sets the first contribution to a parameter's gradient, adds later ones.</summary>
    public void Contribute(int parameter, Tensor gradient)
    {
        if (_isFresh[parameter])
        {
            Gradient(parameter).copy_(gradient);
            _isFresh[parameter] = false;
        }
        else
        {
            Gradient(parameter).AddInPlace(gradient, 1);
        }
    }

    public void Dispose()
    {
        foreach (ModelParameter parameter in Parameters)
        {
            parameter.Value.Dispose();
            parameter.Gradient.Dispose();
        }

        foreach (ModelBuffer buffer in Buffers)
        {
            buffer.Value.Dispose();
        }
    }

    private Tensor Gradient(int parameter) => ((TorchTensor)Parameters[parameter].Gradient).Value;
}

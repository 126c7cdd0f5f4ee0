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
    private readonly TorchGradient[] _gradients;

    public TorchModel(NetworkGraph graph, ScalarType type, Device device, TorchPrecision precision)
    {
        Graph = graph;
        Precision = precision;
        List<ModelParameter> parameters = [];
        foreach (ParameterInfo info in graph.Parameters)
        {
            long[] extents = TorchTensor.Extents(info.Shape);
            TorchTensor value = new(zeros(extents, type, device).requires_grad_(true));
            parameters.Add(new ModelParameter(info, value, new TorchGradient(value.Value)));
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
        _gradients = [.. parameters.Select(parameter => (TorchGradient)parameter.Gradient)];
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
        foreach (TorchGradient gradient in _gradients)
        {
            gradient.Forget();
        }
    }

    /// <summary>Sets the first contribution to a parameter's gradient, adds later ones.</summary>
    public void Contribute(int parameter, Tensor gradient) => _gradients[parameter].Add(gradient);

    public void Dispose()
    {
        foreach (ModelParameter parameter in Parameters)
        {
            parameter.Gradient.Dispose();
            parameter.Value.Dispose();
        }

        foreach (ModelBuffer buffer in Buffers)
        {
            buffer.Value.Dispose();
        }
    }
}

using System.Numerics;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>Parameters, gradients and running statistics in managed memory.</summary>
internal sealed class ManagedModel<T> : IModel
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, ManagedParameter<T>> _parameters = [];
    private readonly Dictionary<string, DenseTensor<T>> _buffers = [];

    public ManagedModel(NetworkGraph graph, bool fuses, NodeKernels<T> kernels)
    {
        Fuses = fuses;
        Kernels = kernels;
        Graph = graph;
        List<ModelParameter> parameters = [];
        foreach (ParameterInfo info in graph.Parameters)
        {
            ManagedParameter<T> parameter = new(info);
            _parameters.Add(info.Name, parameter);
            parameters.Add(new ModelParameter(info, parameter.Value, parameter.Gradient));
        }

        List<ModelBuffer> buffers = [];
        foreach (ParameterInfo info in graph.Buffers)
        {
            DenseTensor<T> buffer = new(info.Shape);
            if (info.Role == ParameterRole.RunningVariance)
            {
                buffer.Span.Fill(T.One);
            }

            _buffers.Add(info.Name, buffer);
            buffers.Add(new ModelBuffer(info, buffer));
        }

        Parameters = parameters;
        Buffers = buffers;
    }

    public NetworkGraph Graph { get; }

    /// <summary>Whether tapes run several nodes as one where they can.</summary>
    public bool Fuses { get; }

    /// <summary>What computes the nodes that are not fused.</summary>
    public NodeKernels<T> Kernels { get; }

    public IReadOnlyList<ModelParameter> Parameters { get; }

    public IReadOnlyList<ModelBuffer> Buffers { get; }

    public ManagedParameter<T> Parameter(string name) => _parameters[name];

    public ManagedParameter<T>? ParameterOrNull(string name) => _parameters.GetValueOrDefault(name);

    public DenseTensor<T> Buffer(string name) => _buffers[name];

    public ITape CreateTape(int capacity) => new ManagedTape<T>(this, capacity);

    public void ZeroGradients()
    {
        foreach (ManagedParameter<T> parameter in _parameters.Values)
        {
            parameter.ZeroGradient();
        }
    }

    public void Dispose()
    {
    }
}

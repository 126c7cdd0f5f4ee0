using RobMask.Tensors;

namespace RobMask.Networks;

/// <summary>What a network computes: a list of operations and the parameters that they name. Every engine runs this list.</summary>
public sealed class NetworkGraph
{
    internal NetworkGraph(
        string name,
        IReadOnlyList<Node> nodes,
        IReadOnlyList<ParameterInfo> parameters,
        IReadOnlyList<ParameterInfo> buffers,
        int maskCount,
        int statisticsSets)
    {
        Name = name;
        Nodes = nodes;
        Parameters = parameters;
        Buffers = buffers;
        MaskCount = maskCount;
        StatisticsSets = statisticsSets;
        RescaleLayers = [.. nodes.OfType<RescaleNode>()];
    }

    /// <summary>The architecture, for messages and files: two graphs of one name and equal parameters are exchangeable.</summary>
    public string Name { get; }

    /// <summary>The operations; node 0 is the input, the last node is the output, and inputs come before their readers.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The learned parameters in order of use.</summary>
    public IReadOnlyList<ParameterInfo> Parameters { get; }

    /// <summary>The running statistics in order of use.</summary>
    public IReadOnlyList<ParameterInfo> Buffers { get; }

    /// <summary>The rescaling layers in order.</summary>
    public IReadOnlyList<RescaleNode> RescaleLayers { get; }

    /// <summary>k, the number of primary masks of every rescaling layer.</summary>
    public int MaskCount { get; }

    /// <summary>s, the number of sets of running statistics of every normalisation.</summary>
    public int StatisticsSets { get; }

    /// <summary>The extents of one image.</summary>
    public TensorShape InputShape => Nodes[0].Shape;

    /// <summary>The extents of the output for one image.</summary>
    public TensorShape OutputShape => Nodes[^1].Shape;

    /// <summary>The number of learned numbers.</summary>
    public long ParameterCount => Parameters.Sum(parameter => (long)parameter.Shape.Length);

    /// <summary>Checks that the parameters with their gradients and momentum fit the memory that this process may use.</summary>
    /// <param name="elementSize">The bytes of a number.</param>
    /// <exception cref="InsufficientMemoryException">They do not.</exception>
    public void RequireMemory(int elementSize)
    {
        const int Copies = 3;
        long needed = ParameterCount * elementSize * Copies;
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
        {
            throw new InsufficientMemoryException($"network {Name}: {ParameterCount} parameters with gradients and momentum need {needed >> 20} MiB; {available >> 20} MiB may be used here");
        }
    }
}

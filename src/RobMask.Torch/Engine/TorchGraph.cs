using RobMask.Networks;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Runs a <see cref="NetworkGraph"/> on libtorch, node by node; gradients are autograd's.</summary>
public static class TorchGraph
{
    /// <summary>Computes the network's output.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="state">Its parameters and running statistics by name, of one type and on one device.</param>
    /// <param name="images">[N, …].</param>
    /// <param name="options">Statistics and mask.</param>
    /// <returns>The output [N, K].</returns>
    /// <exception cref="ArgumentException">A parameter is missing, or the network has an operation that this does not know.</exception>
    public static Tensor Forward(NetworkGraph graph, IReadOnlyDictionary<string, Tensor> state, Tensor images, TorchForward options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        TorchNodes nodes = new(graph, state, options, fuses: true);
        Tensor[] values = new Tensor[graph.Nodes.Count];
        values[0] = images;
        int[] lastReader = LastReaders(graph);
        for (int i = 1; i < values.Length; i++)
        {
            Node node = graph.Nodes[i];
            values[i] = nodes.IsPartOfNext(i) ? values[node.Inputs[0]].alias() : nodes.Compute(node, [.. node.Inputs.Select(input => values[input])]);
            foreach (int input in node.Inputs.Where(input => input > 0 && lastReader[input] == i).Distinct())
            {
                // As in Python, where a value that nobody names any more is freed unless autograd keeps it.
                values[input].Dispose();
            }
        }

        return values[^1];
    }

    /// <summary>Computes what every node gives, none of them left out for speed.</summary>
    /// <returns>The output of each node, [N, …].</returns>
    /// <inheritdoc cref="Forward" path="/param|/exception"/>
    public static IReadOnlyList<Tensor> Activations(NetworkGraph graph, IReadOnlyDictionary<string, Tensor> state, Tensor images, TorchForward options)
    {
        ArgumentNullException.ThrowIfNull(graph);
        TorchNodes nodes = new(graph, state, options, fuses: false);
        Tensor[] values = new Tensor[graph.Nodes.Count];
        values[0] = images;
        for (int i = 1; i < values.Length; i++)
        {
            values[i] = nodes.Compute(graph.Nodes[i], [.. graph.Nodes[i].Inputs.Select(input => values[input])]);
        }

        return values;
    }

    private static int[] LastReaders(NetworkGraph graph)
    {
        int[] last = new int[graph.Nodes.Count];
        for (int i = 0; i < last.Length; i++)
        {
            foreach (int input in graph.Nodes[i].Inputs)
            {
                last[input] = i;
            }
        }

        return last;
    }
}

using System.Numerics;
using RobMask.Engines.Managed.Runners;
using RobMask.Networks;

namespace RobMask.Engines.Managed;

/// <summary>Which nodes one runner stands for. A fused runner sits in the place of the last of its nodes; the others have none.</summary>
/// <remarks>Nodes are fused only where nobody else reads what lies between them. The bits are those of the nodes one after another.</remarks>
internal static class FusionPlan
{
    /// <summary>The runners of a graph's nodes, with null where a later one stands for the node too.</summary>
    /// <param name="single">One runner a node.</param>
    /// <param name="readers">How many nodes read each node.</param>
    /// <param name="tape">The tape of them all.</param>
    public static NodeRunner<T>?[] Apply<T>(NodeRunner<T>[] single, int[] readers, ManagedTape<T> tape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IReadOnlyList<Node> nodes = tape.Model.Graph.Nodes;
        NodeRunner<T>?[] runners = [.. single];
        int[] reader = new int[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (int input in nodes[i].Inputs)
            {
                reader[input] = i;
            }
        }

        for (int i = 0; i < nodes.Count; i++)
        {
            if (readers[i] != 1)
            {
                continue;
            }

            int last = reader[i];
            if (nodes[i] is NormaliseNode normalise && nodes[last] is RescaleNode rescale)
            {
                if (readers[last] == 1 && nodes[reader[last]] is ReluNode)
                {
                    runners[last] = null;
                    last = reader[last];
                }

                runners[i] = null;
                runners[last] = new BatchNormRunner<T>(normalise, rescale, nodes[last], last, tape);
            }
            else if (nodes[i] is ConvolutionNode convolution && nodes[last] is AddNode sum && runners[last] is AddRunner<T>)
            {
                runners[i] = null;
                runners[last] = new ConvolutionRunner<T>(convolution, sum, sum.Left == i ? sum.Right : sum.Left, last, tape);
            }
        }

        return runners;
    }
}

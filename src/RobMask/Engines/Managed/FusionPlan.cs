using System.Numerics;
using RobMask.Engines.Managed.Runners;
using RobMask.Networks;

namespace RobMask.Engines.Managed;

/// <summary>Which nodes one runner stands for. A fused runner sits in the place of the last of its nodes; the others have none.</summary>
/// <remarks>
/// Only neighbours are fused, each the only reader of the one before. So nobody misses what lies between them, all other
/// nodes keep their order, and with it the order in which gradients are added: the bits are those of single nodes.
/// </remarks>
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
        for (int first = 0; first < nodes.Count; first++)
        {
            int last = first;
            if (nodes[first] is NormaliseNode normalise && Next(last) is RescaleNode rescale)
            {
                last++;
                int summand = TakeSum(ref last);
                bool relu = Next(last) is ReluNode;
                last += relu ? 1 : 0;
                Place(first, last, new BatchNormRunner<T>(normalise, rescale, summand, relu, last, tape));
            }
            else if (nodes[first] is ConvolutionNode convolution)
            {
                int summand = TakeSum(ref last);
                if (summand >= 0)
                {
                    Place(first, last, new ConvolutionRunner<T>(convolution, summand, last, tape));
                }
            }

            first = last;
        }

        return runners;

        Node? Next(int node) => node + 1 < nodes.Count && readers[node] == 1 && nodes[node + 1].Inputs.Contains(node) ? nodes[node + 1] : null;

        int TakeSum(ref int node)
        {
            if (Next(node) is not AddNode sum || sum.Left == sum.Right)
            {
                return -1;
            }

            int other = sum.Left == node ? sum.Right : sum.Left;
            node++;
            return other;
        }

        void Place(int first, int last, NodeRunner<T> runner)
        {
            Array.Clear(runners, first, last - first);
            runners[last] = runner;
        }
    }
}

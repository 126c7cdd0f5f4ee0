using RobMask.Ops;

namespace RobMask.Networks;

/// <summary>The floating-point operations of a network's convolutions and linear layers for one image; a multiplication and an addition are two.</summary>
/// <remarks>
/// A convolution has 2·K·P·Q·(C/groups)·R·S, padding counted, a linear layer 2·K·D; everything else is memory traffic and
/// is not counted. The gradient of a layer's input and that of its weights cost as much as its forward pass each. A
/// backward pass for the parameters needs no gradient of the images, so the layers that read nothing learned spare that half.
/// </remarks>
/// <param name="Forward">A forward pass.</param>
/// <param name="First">The part of it that lies in layers which read the images, standardised or not.</param>
public readonly record struct NetworkWork(long Forward, long First)
{
    /// <summary>The gradient of the images: a step of an attack, less its forward pass.</summary>
    public long InputGradient => Forward;

    /// <summary>The gradients of the parameters.</summary>
    public long ParameterGradients => (2 * Forward) - First;

    /// <summary>Counts a network.</summary>
    public static NetworkWork Of(NetworkGraph graph)
    {
        // A node that depends on no learned number, as the images and what only standardises or reshapes them.
        bool[] plain = new bool[graph.Nodes.Count];
        long forward = 0;
        long first = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            bool learned = node is ConvolutionNode or LinearNode or RescaleNode;
            bool plainInputs = node.Inputs.All(input => plain[input]);
            plain[i] = !learned && plainInputs;
            long work = WorkOf(graph, node);
            forward += work;
            first += plainInputs ? work : 0;
        }

        return new NetworkWork(forward, first);
    }

    private static long WorkOf(NetworkGraph graph, Node node)
    {
        switch (node)
        {
            case ConvolutionNode convolution:
                ConvAttributes attributes = convolution.Attributes;
                long terms = (long)(graph.Nodes[convolution.Input].Shape[0] / attributes.Groups) * attributes.KernelHeight * attributes.KernelWidth;
                return 2 * terms * convolution.Shape.Length;
            case LinearNode linear:
                return 2L * linear.Shape.Length * graph.Nodes[linear.Input].Shape.Length;
            default:
                return 0;
        }
    }
}

using RobMask.Networks;
using RobMask.Ops;
using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>The multiplications and additions of a network's convolutions and linear layers: what no implementation can leave out.</summary>
internal static class StepWork
{
    /// <summary>Operations of a whole training step.</summary>
    public static double Step(NetworkGraph graph, TrainingMethod method, int batch)
    {
        double forward = Forward(graph, batch);

        // The images' own gradient is not wanted when parameters are trained.
        double training = (3 * forward) - First(graph, batch);
        double attack = StepCase.AttackSteps * 2 * forward;
        return method switch
        {
            TrainingMethod.Standard => training,
            TrainingMethod.Adversarial => attack + training,
            _ => attack + (2 * training),
        };
    }

    /// <summary>Operations of a forward pass.</summary>
    public static double Forward(NetworkGraph graph, int batch) => graph.Nodes.Sum(node => Operations(graph, node, batch));

    private static double First(NetworkGraph graph, int batch) =>
        Operations(graph, graph.Nodes.First(node => node is ConvolutionNode or LinearNode), batch);

    private static double Operations(NetworkGraph graph, Node node, int batch) => node switch
    {
        ConvolutionNode { Attributes: ConvAttributes a } convolution =>
            2.0 * batch * convolution.Shape.Length * graph.Nodes[convolution.Input].Shape[0] / a.Groups * a.KernelHeight * a.KernelWidth,
        LinearNode linear => 2.0 * batch * linear.Shape.Length * graph.Nodes[linear.Input].Shape.Length,
        _ => 0,
    };
}

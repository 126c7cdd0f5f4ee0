using RobMask.Bench.Comparison;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>The multiplications and additions of a network's convolutions and linear layers.</summary>
internal static class StepWork
{
    /// <summary>Those of a whole training step.</summary>
    public static Work Step(NetworkGraph graph, StepCase step, Bound bound) => new(
        bound,
        Step(step.Method, Forward(graph, step.Batch, least: true), First(graph, step.Batch, least: true)),
        Step(step.Method, Forward(graph, step.Batch, least: false), First(graph, step.Batch, least: false)));

    /// <summary>Those of a forward pass in float.</summary>
    public static Work Evaluation(NetworkGraph graph, int batch) => new(Bound.Float, Forward(graph, batch, least: true), Forward(graph, batch, least: false));

    private static double Step(TrainingMethod method, double forward, double first)
    {
        // The images' own gradient is not wanted when parameters are trained.
        double training = (3 * forward) - first;
        double attack = StepCase.AttackSteps * 2 * forward;
        return method switch
        {
            TrainingMethod.Standard => training,
            TrainingMethod.Adversarial => attack + training,
            _ => attack + (2 * training),
        };
    }

    private static double Forward(NetworkGraph graph, int batch, bool least) => graph.Nodes.Sum(node => Operations(graph, node, batch, least));

    private static double First(NetworkGraph graph, int batch, bool least) =>
        Operations(graph, graph.Nodes.First(node => node is ConvolutionNode or LinearNode), batch, least);

    private static double Operations(NetworkGraph graph, Node node, int batch, bool least) => node switch
    {
        ConvolutionNode convolution => Operations(convolution, graph.Nodes[convolution.Input], batch, least),
        LinearNode linear => 2.0 * batch * linear.Shape.Length * graph.Nodes[linear.Input].Shape.Length,
        _ => 0,
    };

    private static double Operations(ConvolutionNode convolution, Node input, int batch, bool least)
    {
        ConvAttributes a = convolution.Attributes;
        double all = 2.0 * batch * convolution.Shape.Length * input.Shape[0] / a.Groups * a.KernelHeight * a.KernelWidth;
        return least
            ? all * ConvolutionProducts.UsefulShare(a, input.Shape[1], input.Shape[2], convolution.Shape[1], convolution.Shape[2])
            : all;
    }
}

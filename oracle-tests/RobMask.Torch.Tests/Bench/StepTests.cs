using RobMask.Bench;
using RobMask.Bench.Comparison;
using RobMask.Bench.Comparison.Sections;
using RobMask.Bench.Steps;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Training;
using TorchSharp;
using Xunit;

namespace RobMask.Torch.Tests.Bench;

public class StepTests
{
    public StepTests() => TorchLibrary.Load();

    [Theory]
    [InlineData("cnn", TrainingMethod.Standard)]
    [InlineData("cnn", TrainingMethod.Adversarial)]
    [InlineData("cnn", TrainingMethod.RobMask)]
    public void Both_contestants_compute_the_same_first_step(string network, TrainingMethod method) =>
        StepPair.RequireSameWork(new StepCase(network, method, 1));

    [Theory]
    [InlineData("preact_resnet18", TrainingMethod.Standard)]
    [InlineData("preact_resnet18", TrainingMethod.RobMask)]
    [InlineData("cnn", TrainingMethod.RobMask)]
    public void The_torch_engine_and_the_step_by_hand_compute_the_same_first_step(string network, TrainingMethod method) =>
        EngineSection.RequireSameWork(new StepCase(network, method, 1));

    [Fact]
    public void Without_random_numbers_both_go_on_alike_in_float_and_double()
    {
        StartingPoint start = new(new StepCase("cnn", TrainingMethod.Standard, 6));
        using EngineStep ours = new(new ManagedEngine<float>(), start);
        using EngineStep oursInDouble = new(new ManagedEngine<double>(), start);
        using TorchStep libtorch = new(start);
        using TorchStep libtorchInDouble = new(start, torch.ScalarType.Float64);
        float first = ours.Step();
        for (int step = 0; step < 4; step++)
        {
            Agreement.Require("loss in double", oursInDouble.Step(), libtorchInDouble.Step(), Agreement.InDouble);
            if (step > 0)
            {
                ours.Step();
            }

            libtorch.Step();
        }

        float last = ours.Step();
        Agreement.Require("loss of the fifth step", last, libtorch.Step(), Agreement.InFloat);
        Assert.True(last < first, $"five steps on one batch took the loss from {first} to {last}: the optimisers did not work");
    }

    [Fact]
    public void Another_mixture_is_no_agreement() =>
        Assert.Throws<InvalidOperationException>(() => Agreement.Require("loss", 2.30, 2.31, Agreement.InFloat));

    [Fact]
    public void The_table_of_convolutions_is_that_of_the_network()
    {
        NetworkGraph graph = NetworkCatalog.Create(new StepCase("preact_resnet18", TrainingMethod.Standard, 1).Settings.Network);
        IEnumerable<ConvolutionCase> found = graph.Nodes.OfType<ConvolutionNode>()
            .Select(node => new ConvolutionCase(graph.Nodes[node.Input].Shape[0], node.Shape[0], graph.Nodes[node.Input].Shape[1], node.Attributes.KernelHeight, node.Attributes.StrideHeight, 1))
            .GroupBy(shape => shape)
            .Select(group => group.Key with { Times = group.Count() });

        Assert.Equal(ConvolutionCase.PreActResNet18.OrderBy(shape => shape.ToString()), found.OrderBy(shape => shape.ToString()));
    }

    [Fact]
    public void A_forward_pass_of_the_network_is_its_convolutions_and_its_last_layer()
    {
        NetworkGraph graph = NetworkCatalog.Create(new StepCase("preact_resnet18", TrainingMethod.Standard, 1).Settings.Network);

        // 0.56 billion multiply-adds an image is the published figure.
        double operations = ConvolutionCase.PreActResNet18.Sum(shape => shape.Times * shape.Operations(1)) + (2 * 512 * 10);
        Work work = StepWork.Evaluation(graph, 1);
        Assert.Equal(operations, work.Usual);
        Assert.Equal(0.56, work.Usual / 2e9, 2);
        Assert.Equal(ConvolutionCase.PreActResNet18.Sum(shape => shape.Times * shape.LeastOperations(1)) + (2 * 512 * 10), work.Least, 1e-9 * operations);
    }

    [Theory]
    [InlineData(4, 3, 1, 100.0 / 144)]
    [InlineData(4, 3, 2, 25.0 / 36)]
    [InlineData(8, 1, 2, 1)]
    public void Products_with_padding_are_left_out_of_the_least_work(int extent, int kernel, int stride, double share)
    {
        ConvolutionCase shape = new(2, 3, extent, kernel, stride, 1);
        Assert.Equal(share, shape.LeastOperations(5) / shape.Operations(5), 1e-12);
    }
}

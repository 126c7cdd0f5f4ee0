using RobMask.Networks;
using Xunit;

namespace RobMask.Tests.Networks;

public sealed class SequentialNetworkTests
{
    private const string Mnist = "conv2d(1,16,4,stride 2,padding 1) relu conv2d(16,32,4,stride 2,padding 1) relu flatten linear(1568,100) relu linear(100,10); input in [0,1], no normalisation";

    private static NetworkGraph Build(string layers, int classes = 10) => NetworkCatalog.Create(new NetworkSettings
    {
        Name = "sequential",
        Channels = 1,
        Height = 28,
        Width = 28,
        Classes = classes,
        Layers = layers,
    });

    [Fact]
    public void The_published_MNIST_network_is_described_by_its_own_metadata()
    {
        NetworkGraph graph = Build(Mnist);
        Assert.Equal(
            ["0.weight", "0.bias", "2.weight", "2.bias", "5.weight", "5.bias", "7.weight", "7.bias"],
            graph.Parameters.Select(parameter => parameter.Name));
        Assert.Equal("[32, 16, 4, 4]", graph.Parameters[2].Shape.ToString());
        Assert.Equal(10, SequentialNetwork.Classes(Mnist));
        Assert.Equal(1, SequentialNetwork.InputChannels(Mnist));
    }

    [Fact]
    public void Options_and_rectangles_are_read()
    {
        NetworkGraph graph = Build("conv2d(1,4,3x5,stride=2x1,padding 1x2,bias false) batchnorm2d(4) relu maxpool2d(2) avgpool2d(2,stride 1) globalavgpool linear(4,10)");
        Assert.Equal("[4, 14, 28]", graph.Nodes[1].Shape.ToString());
        Assert.DoesNotContain("0.bias", graph.Parameters.Select(parameter => parameter.Name));
        Assert.Contains("1.running_mean", graph.Buffers.Select(buffer => buffer.Name));
    }

    [Theory]
    [InlineData("", "no layers")]
    [InlineData("relu!", "not a layer")]
    [InlineData("dense(3,4)", "unknown")]
    [InlineData("flatten linear(100,10)", "states 100 inputs")]
    [InlineData("flatten linear(784)", "at least 2 numbers")]
    [InlineData("conv2d(1,4,3,stirde 2)", "no option «stirde»")]
    [InlineData("conv2d(1,4,3,stride two)", "not a number")]
    [InlineData("flatten linear(784,7)", "one logit a class")]
    public void A_wrong_description_is_told(string layers, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Build(layers)).Message, StringComparison.Ordinal);
}

using RobMask.Networks;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Networks;

public sealed class NetworkCatalogTests
{
    private static NetworkSettings Settings(string name, int size = 32, int channels = 3, int k = 1, int s = 1) => new()
    {
        Name = name,
        Channels = channels,
        Height = size,
        Width = size,
        Classes = 10,
        MaskCount = k,
        StatisticsSets = s,
    };

    // The counts are those of the PyTorch implementations whose names we carry.
    [Fact]
    public void PreActResNet18_has_the_parameters_of_the_PyTorch_network() =>
        Assert.Equal(11_171_146 + 1024, NetworkCatalog.Create(Settings("preact_resnet18")).ParameterCount);

    [Fact]
    public void WideResNet_34_10_has_the_parameters_of_the_TRADES_network() =>
        Assert.Equal(46_160_474, NetworkCatalog.Create(Settings("wide_resnet") with { Depth = 34, WidthFactor = 10 }).ParameterCount);

    [Fact]
    public void WideResNet_28_10_has_the_published_number_of_parameters() =>
        Assert.Equal(36_479_194, NetworkCatalog.Create(Settings("wide_resnet")).ParameterCount);

    [Fact]
    public void ResNeXt29_8x64d_has_the_published_number_of_parameters()
    {
        // Xie et al., table 7: 34.4 M.
        long count = NetworkCatalog.Create(Settings("resnext29") with { Cardinality = 8, WidthFactor = 64 }).ParameterCount;
        Assert.InRange(count, 34_350_000, 34_450_000);
    }

    [Fact]
    public void ResNet50_has_torchvisions_names_and_number_of_parameters()
    {
        NetworkGraph graph = NetworkCatalog.Create(Settings("resnet50", 224) with { Classes = 1000 });
        Assert.Equal(25_557_032, graph.ParameterCount);
        Assert.Equal(53, graph.RescaleLayers.Count);
        Dictionary<string, string> shapes = graph.Parameters.Concat(graph.Buffers).ToDictionary(one => one.Name, one => one.Shape.ToString());
        Assert.Equal(161 + 106, shapes.Count);
        Assert.Equal(new TensorShape(2048, 1024, 1, 1).ToString(), shapes["layer4.0.downsample.0.weight"]);
        Assert.Equal(new TensorShape(128, 128, 3, 3).ToString(), shapes["layer2.0.conv2.weight"]);
        Assert.Contains("layer3.5.bn3.running_var", shapes.Keys);
        Assert.Contains("layer1.0.downsample.1.bias", shapes.Keys);
        Assert.DoesNotContain("layer1.1.downsample.0.weight", shapes.Keys);

        // The stride is in the 3×3 convolution: the 1×1 before it still sees all rows.
        ConvolutionNode[] layers = [.. graph.Nodes.OfType<ConvolutionNode>()];
        Assert.Equal(56, layers.Single(one => one.Name == "layer2.0.conv1").Shape[1]);
        Assert.Equal(28, layers.Single(one => one.Name == "layer2.0.conv2").Shape[1]);
        Assert.Equal(7, layers.Single(one => one.Name == "layer4.2.conv3").Shape[1]);
    }

    [Fact]
    public void Names_are_PyTorch_style()
    {
        string[] names = [.. NetworkCatalog.Create(Settings("preact_resnet18")).Parameters.Select(parameter => parameter.Name)];
        Assert.Contains("conv1.weight", names);
        Assert.Contains("layer1.0.bn1.weight", names);
        Assert.Contains("layer2.0.shortcut.0.weight", names);
        Assert.Contains("layer4.1.conv2.weight", names);
        Assert.Contains("linear.bias", names);
        Assert.DoesNotContain("layer1.0.shortcut.0.weight", names);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("cnn")]
    [InlineData("preact_resnet18")]
    [InlineData("wide_resnet")]
    [InlineData("resnext29")]
    [InlineData("resnet50")]
    public void Every_network_takes_every_image_size_and_number_of_masks(string name)
    {
        foreach ((int size, int channels) in new[] { (8, 1), (28, 1), (32, 3) })
        {
            NetworkGraph graph = NetworkCatalog.Create(Settings(name, size, channels, k: 3, s: 2) with { Depth = name == "wide_resnet" ? 10 : null, WidthFactor = name == "wide_resnet" ? 1 : null });
            Assert.Equal(10, graph.OutputShape[0]);
            Assert.All(graph.Parameters.Where(parameter => parameter.Role is ParameterRole.Gamma or ParameterRole.Beta), parameter => Assert.Equal(3, parameter.Shape[0]));
            Assert.All(graph.Buffers, buffer => Assert.Equal(2, buffer.Shape[0]));
        }
    }

    [Theory]
    [InlineData("resnet", "unknown")]
    [InlineData("sequential", "needs its layers")]
    public void A_wrong_name_is_told(string name, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => NetworkCatalog.Create(Settings(name))).Message, StringComparison.Ordinal);

    [Fact]
    public void No_masks_at_all_are_refused() =>
        Assert.Contains("k = 0", Assert.Throws<ArgumentException>(() => NetworkCatalog.Create(Settings("cnn", k: 0))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_wide_resnet_of_another_depth_is_refused() =>
        Assert.Contains("6n + 4", Assert.Throws<ArgumentException>(() => NetworkCatalog.Create(Settings("wide_resnet") with { Depth = 12 })).Message, StringComparison.Ordinal);
}

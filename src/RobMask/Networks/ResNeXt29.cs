using RobMask.Ops;

namespace RobMask.Networks;

/// <summary><c>resnext29</c>: ResNeXt-29, cardinality × width d, for CIFAR (Xie et al., CVPR 2017, section 5.2).</summary>
/// <remarks>
/// Three stages of three bottlenecks: 1×1 to cardinality·width·2^stage channels, grouped 3×3, 1×1 to 256·2^stage. Names
/// follow torchvision's bottleneck: <c>layer1.0.conv1</c>, <c>….bn1</c> … <c>….downsample.0</c>, <c>….downsample.1</c>, <c>fc</c>.
/// </remarks>
internal static class ResNeXt29
{
    public static void Build(GraphBuilder builder, int cardinality, int width, int classes)
    {
        if (cardinality < 1 || width < 1)
        {
            throw new ArgumentException($"network: resnext29 of cardinality {cardinality} and width {width}; both must be at least 1");
        }

        int node = builder.Convolution(builder.Last, "conv1", 64, ConvAttributes.Square(3, 1, 1));
        node = builder.BatchNormRelu(node, "bn1");
        int channels = 64;
        for (int stage = 0; stage < 3; stage++)
        {
            int inner = (cardinality * width) << stage;
            int outChannels = 256 << stage;
            for (int block = 0; block < 3; block++)
            {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                node = Block(builder, node, $"layer{stage + 1}.{block}", channels, inner, outChannels, stride, cardinality);
                channels = outChannels;
            }
        }

        builder.Linear(builder.GlobalAveragePool(node), "fc", classes);
    }

    private static int Block(GraphBuilder builder, int input, string name, int channels, int inner, int outChannels, int stride, int cardinality)
    {
        int node = builder.Convolution(input, name + ".conv1", inner, ConvAttributes.Square(1));
        node = builder.BatchNormRelu(node, name + ".bn1");
        node = builder.Convolution(node, name + ".conv2", inner, ConvAttributes.Square(3, stride, 1, groups: cardinality));
        node = builder.BatchNormRelu(node, name + ".bn2");
        node = builder.Convolution(node, name + ".conv3", outChannels, ConvAttributes.Square(1));
        node = builder.BatchNorm(node, name + ".bn3");
        int shortcut = input;
        if (stride != 1 || channels != outChannels)
        {
            shortcut = builder.Convolution(input, name + ".downsample.0", outChannels, ConvAttributes.Square(1, stride));
            shortcut = builder.BatchNorm(shortcut, name + ".downsample.1");
        }

        return builder.Relu(builder.Sum(node, shortcut));
    }
}

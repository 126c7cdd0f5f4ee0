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
        for (int stage = 0; stage < 3; stage++)
        {
            int inner = (cardinality * width) << stage;
            int outChannels = 256 << stage;
            for (int block = 0; block < 3; block++)
            {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                node = Bottleneck.Add(builder, node, $"layer{stage + 1}.{block}", inner, outChannels, stride, cardinality);
            }
        }

        builder.Linear(builder.GlobalAveragePool(node), "fc", classes);
    }
}

using RobMask.Ops;

namespace RobMask.Networks;

/// <summary><c>preact_resnet18</c>: pre-activation residual network (He et al., ECCV 2016) in the form used for CIFAR, with a last batch normalisation.</summary>
/// <remarks>
/// Names and structure follow the PyTorch implementations in wide use for adversarial training: <c>conv1</c>,
/// <c>layer1.0.bn1</c>, <c>layer1.0.conv1</c>, <c>layer1.0.bn2</c>, <c>layer1.0.conv2</c>, <c>layer2.0.shortcut.0</c>,
/// <c>bn</c>, <c>linear</c>. Where a block changes shape, its shortcut reads the activated input.
/// </remarks>
internal static class PreActResNet18
{
    public static void Build(GraphBuilder builder, int classes)
    {
        int node = builder.Convolution(builder.Last, "conv1", 64, ConvAttributes.Square(3, 1, 1));
        int channels = 64;
        for (int stage = 1; stage <= 4; stage++)
        {
            int outChannels = 64 << (stage - 1);
            for (int block = 0; block < 2; block++)
            {
                int stride = block == 0 && stage > 1 ? 2 : 1;
                node = Block(builder, node, $"layer{stage}.{block}", channels, outChannels, stride);
                channels = outChannels;
            }
        }

        node = builder.BatchNormRelu(node, "bn");
        builder.Linear(builder.GlobalAveragePool(node), "linear", classes);
    }

    private static int Block(GraphBuilder builder, int input, string name, int channels, int outChannels, int stride)
    {
        int activated = builder.BatchNormRelu(input, name + ".bn1");
        int shortcut = stride == 1 && channels == outChannels
            ? input
            : builder.Convolution(activated, name + ".shortcut.0", outChannels, ConvAttributes.Square(1, stride));
        int node = builder.Convolution(activated, name + ".conv1", outChannels, ConvAttributes.Square(3, stride, 1));
        node = builder.BatchNormRelu(node, name + ".bn2");
        node = builder.Convolution(node, name + ".conv2", outChannels, ConvAttributes.Square(3, 1, 1));
        return builder.Sum(node, shortcut);
    }
}

using RobMask.Ops;

namespace RobMask.Networks;

/// <summary><c>wide_resnet</c>: Wide-ResNet-depth-width (Zagoruyko and Komodakis, BMVC 2016), without dropout.</summary>
/// <remarks>
/// Names and structure follow the PyTorch implementation used by TRADES and its successors: <c>conv1</c>,
/// <c>block1.layer.0.bn1</c>, <c>….conv1</c>, <c>….bn2</c>, <c>….conv2</c>, <c>….convShortcut</c>, <c>bn1</c>, <c>fc</c>.
/// </remarks>
internal static class WideResNet
{
    public static void Build(GraphBuilder builder, int depth, int width, int classes)
    {
        if (depth < 10 || (depth - 4) % 6 != 0 || width < 1)
        {
            throw new ArgumentException($"network: wide_resnet of depth {depth} and width {width}; the depth must be 6n + 4 with n ≥ 1, the width at least 1");
        }

        int blocks = (depth - 4) / 6;
        int channels = 16;
        int node = builder.Convolution(builder.Last, "conv1", channels, ConvAttributes.Square(3, 1, 1));
        for (int stage = 1; stage <= 3; stage++)
        {
            int outChannels = (16 << (stage - 1)) * width;
            for (int block = 0; block < blocks; block++)
            {
                int stride = block == 0 && stage > 1 ? 2 : 1;
                node = Block(builder, node, $"block{stage}.layer.{block}", channels, outChannels, stride);
                channels = outChannels;
            }
        }

        node = builder.BatchNormRelu(node, "bn1");
        builder.Linear(builder.GlobalAveragePool(node), "fc", classes);
    }

    private static int Block(GraphBuilder builder, int input, string name, int channels, int outChannels, int stride)
    {
        int activated = builder.BatchNormRelu(input, name + ".bn1");
        int node = builder.Convolution(activated, name + ".conv1", outChannels, ConvAttributes.Square(3, stride, 1));
        node = builder.BatchNormRelu(node, name + ".bn2");
        node = builder.Convolution(node, name + ".conv2", outChannels, ConvAttributes.Square(3, 1, 1));
        int shortcut = channels == outChannels
            ? input
            : builder.Convolution(activated, name + ".convShortcut", outChannels, ConvAttributes.Square(1, stride));
        return builder.Sum(node, shortcut);
    }
}

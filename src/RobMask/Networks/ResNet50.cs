using RobMask.Ops;

namespace RobMask.Networks;

/// <summary><c>resnet50</c>: residual network of 50 layers (He et al., CVPR 2016, table 1) in the form «v1.5», whose bottlenecks stride in the 3×3 convolution.</summary>
/// <remarks>
/// Structure and names are torchvision's <c>resnet50</c>, so that its state dict crosses over name by name (all but
/// <c>num_batches_tracked</c>, which nothing here needs): <c>conv1</c> 7×7 / 2, <c>bn1</c>, max-pooling 3×3 / 2,
/// <c>layer1.0.conv1</c>, <c>….bn1</c> … <c>….bn3</c>, <c>….downsample.0</c>, <c>….downsample.1</c>, <c>fc</c>; 3, 4, 6
/// and 3 bottlenecks of 64, 128, 256 and 512 channels, four times as many behind them. With k primary masks
/// <c>….bn1.weight</c> and <c>….bias</c> are [k, C]; row i is mask i. Weights start as in every network of this project
/// (<see cref="Training.InitialWeights"/>), so the last γ of a bottleneck starts at 1, not at 0. Made for 224×224; any
/// image of at least 1×1 goes through, because the last pooling is over what is left.
/// </remarks>
internal static class ResNet50
{
    private const int Expansion = 4;

    private static readonly int[] _blocks = [3, 4, 6, 3];

    public static void Build(GraphBuilder builder, int classes)
    {
        int node = builder.Convolution(builder.Last, "conv1", 64, ConvAttributes.Square(7, 2, 3));
        node = builder.BatchNormRelu(node, "bn1");
        node = builder.MaxPool(node, PoolAttributes.Square(3, 2, 1));
        for (int stage = 0; stage < _blocks.Length; stage++)
        {
            int inner = 64 << stage;
            for (int block = 0; block < _blocks[stage]; block++)
            {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                node = Bottleneck.Add(builder, node, $"layer{stage + 1}.{block}", inner, inner * Expansion, stride);
            }
        }

        builder.Linear(builder.GlobalAveragePool(node), "fc", classes);
    }
}

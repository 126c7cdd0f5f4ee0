using RobMask.Ops;

namespace RobMask.Networks;

/// <summary><c>cnn</c>: blocks of 3×3 convolution, batch normalisation and ReLU for small images, then the mean over H×W and a linear layer.</summary>
/// <remarks>
/// Block b has width·2^min(b, 2) channels. Blocks 1 and 2 halve the rows and columns (stride 2). Names: <c>conv1.weight</c>,
/// <c>bn1.weight</c> … <c>fc.weight</c>, <c>fc.bias</c>.
/// </remarks>
internal static class SmallCnn
{
    public static void Build(GraphBuilder builder, int depth, int width, int classes)
    {
        if (depth < 1 || width < 1)
        {
            throw new ArgumentException($"network: cnn of {depth} blocks and {width} channels; both must be at least 1");
        }

        int node = builder.Last;
        for (int b = 0; b < depth; b++)
        {
            int stride = b is 1 or 2 ? 2 : 1;
            node = builder.Convolution(node, $"conv{b + 1}", width << Math.Min(b, 2), ConvAttributes.Square(3, stride, 1));
            node = builder.BatchNormRelu(node, $"bn{b + 1}");
        }

        builder.Linear(builder.GlobalAveragePool(node), "fc", classes);
    }
}

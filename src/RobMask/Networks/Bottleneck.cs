using RobMask.Ops;

namespace RobMask.Networks;

/// <summary>The residual block of three convolutions, 1×1, 3×3 and 1×1, with the stride in the middle one; names are torchvision's.</summary>
/// <remarks>
/// He, Zhang, Ren and Sun, CVPR 2016, with the stride of ResNet v1.5; grouped as in ResNeXt (Xie et al., CVPR 2017). The shortcut is
/// a 1×1 convolution with batch norm where the shape changes, else the input.
/// </remarks>
internal static class Bottleneck
{
    /// <summary>Adds a block.</summary>
    /// <param name="builder">The network.</param>
    /// <param name="input">The node that it reads.</param>
    /// <param name="name">The prefix of its parameters' names.</param>
    /// <param name="inner">Channels of the first two convolutions.</param>
    /// <param name="outChannels">Channels of the last.</param>
    /// <param name="stride">Of the 3×3 convolution and of the shortcut.</param>
    /// <param name="groups">Of the 3×3 convolution.</param>
    /// <returns>The block's last node.</returns>
    public static int Add(GraphBuilder builder, int input, string name, int inner, int outChannels, int stride, int groups = 1)
    {
        int node = builder.Convolution(input, name + ".conv1", inner, ConvAttributes.Square(1));
        node = builder.BatchNormRelu(node, name + ".bn1");
        node = builder.Convolution(node, name + ".conv2", inner, ConvAttributes.Square(3, stride, 1, groups: groups));
        node = builder.BatchNormRelu(node, name + ".bn2");
        node = builder.Convolution(node, name + ".conv3", outChannels, ConvAttributes.Square(1));
        node = builder.BatchNorm(node, name + ".bn3");
        int shortcut = input;
        if (stride != 1 || builder.ShapeOf(input)[0] != outChannels)
        {
            shortcut = builder.Convolution(input, name + ".downsample.0", outChannels, ConvAttributes.Square(1, stride));
            shortcut = builder.BatchNorm(shortcut, name + ".downsample.1");
        }

        return builder.Relu(builder.Sum(node, shortcut));
    }
}

using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Bench;

/// <summary>A convolution of one of the networks on 3×32×32 images.</summary>
/// <param name="C">Input channels.</param>
/// <param name="K">Output channels.</param>
/// <param name="Extent">H = W of the input.</param>
/// <param name="Kernel">R = S.</param>
/// <param name="Stride">Of both directions.</param>
/// <param name="Times">How often the network has it.</param>
/// <param name="Groups">Groups of channels.</param>
public sealed record ConvolutionCase(int C, int K, int Extent, int Kernel, int Stride, int Times, int Groups = 1)
{
    /// <summary>All of PreAct-ResNet-18, in its order.</summary>
    public static IReadOnlyList<ConvolutionCase> PreActResNet18 { get; } =
    [
        new(3, 64, 32, 3, 1, 1), new(64, 64, 32, 3, 1, 4), new(64, 128, 32, 3, 2, 1), new(64, 128, 32, 1, 2, 1), new(128, 128, 16, 3, 1, 3),
        new(128, 256, 16, 3, 2, 1), new(128, 256, 16, 1, 2, 1), new(256, 256, 8, 3, 1, 3), new(256, 512, 8, 3, 2, 1), new(256, 512, 8, 1, 2, 1), new(512, 512, 4, 3, 1, 3),
    ];

    /// <summary>The grouped ones of ResNeXt-29, 32×4d, in its order.</summary>
    public static IReadOnlyList<ConvolutionCase> ResNeXt29 { get; } =
    [
        new(128, 128, 32, 3, 1, 3, 32), new(256, 256, 32, 3, 2, 1, 32), new(256, 256, 16, 3, 1, 2, 32), new(512, 512, 16, 3, 2, 1, 32), new(512, 512, 8, 3, 1, 2, 32),
    ];

    public ConvAttributes Attributes => ConvAttributes.Square(Kernel, Stride, Kernel / 2, groups: Groups);

    public TensorShape Weight => new(K, C / Groups, Kernel, Kernel);

    public TensorShape Input(int images) => new(images, C, Extent, Extent);

    public TensorShape Output(int images) => Conv2d.OutputShape(Input(images), Weight, Attributes);

    /// <summary>Two for each multiply-add, padding counted, holes of a strided gradient not: the same in all three directions.</summary>
    public double Operations(int images) => 2.0 * Output(images).Length * Weight.LengthPerImage;

    /// <summary>The same without padding: what cannot be left out.</summary>
    public double LeastOperations(int images) => Operations(images) * ConvolutionProducts.UsefulShare(Attributes, Extent, Extent, Output(1)[2], Output(1)[3]);

    public override string ToString() => $"{C} -> {K} @{Extent}, {Kernel}x{Kernel}/{Stride}{(Groups > 1 ? $", {Groups} groups" : string.Empty)}";
}

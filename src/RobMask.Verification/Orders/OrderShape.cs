using RobMask.Tensors;

namespace RobMask.Verification.Orders;

/// <summary>The operation whose sums are looked into, and its extents.</summary>
/// <param name="Operation">linear, conv2d, sum or mean.</param>
public sealed record OrderShape(string Operation)
{
    /// <summary>The operation <c>linear</c>: input [N, D], weight [K, D].</summary>
    public const string Linear = "linear";

    /// <summary>The operation <c>conv2d</c>: input [N, C, H, H], an odd square kernel, stride 1, padded to [N, K, H, H].</summary>
    public const string Conv2d = "conv2d";

    /// <summary>The operation <c>sum</c>: of rows [N, D].</summary>
    public const string Sum = "sum";

    /// <summary>The operation <c>mean</c>: of rows [N, D].</summary>
    public const string Mean = "mean";

    /// <summary>All four.</summary>
    public static IReadOnlyList<string> Operations { get; } = [Linear, Conv2d, Sum, Mean];

    /// <summary>N, images or rows: each holds one probe.</summary>
    public int Images { get; init; } = 32;

    /// <summary>D, the terms of linear, sum and mean.</summary>
    public int Length { get; init; } = 64;

    /// <summary>C, the channels of conv2d.</summary>
    public int Channels { get; init; } = 16;

    /// <summary>R = S, odd.</summary>
    public int Kernel { get; init; } = 3;

    /// <summary>H = W ≥ R.</summary>
    public int Size { get; init; } = 8;

    /// <summary>K, the outputs of linear and conv2d.</summary>
    public int Outputs { get; init; } = 16;

    /// <summary>The terms of a sum: D, or C·R·S in this order.</summary>
    public int Terms => Operation == Conv2d ? Channels * Kernel * Kernel : Length;

    /// <summary>Whether the terms are products.</summary>
    public bool HasProducts => Operation is Linear or Conv2d;

    /// <summary>The shape of the output.</summary>
    internal TensorShape Output => Operation switch
    {
        Linear => new TensorShape(Images, Outputs),
        Conv2d => new TensorShape(Images, Outputs, Size, Size),
        _ => new TensorShape(Images),
    };

    /// <inheritdoc/>
    public override string ToString() => Operation switch
    {
        Linear => $"linear [{Images}, {Length}] × [{Outputs}, {Length}]",
        Conv2d => $"conv2d [{Images}, {Channels}, {Size}, {Size}] × [{Outputs}, {Channels}, {Kernel}, {Kernel}]",
        _ => $"{Operation} of rows [{Images}, {Length}]",
    };

    /// <summary>Checks the extents.</summary>
    /// <exception cref="ArgumentException">The operation is another, or an extent is out of range.</exception>
    public void Check()
    {
        const int MostTerms = 1 << 16;
        if (!Operations.Contains(Operation))
        {
            throw new ArgumentException($"order: the operation is {Operation}; expected {string.Join(", ", Operations)}");
        }

        if (Images < 1 || Length < 1 || Channels < 1 || Outputs < 1 || Kernel < 1 || Kernel % 2 == 0 || Size < Kernel || Terms > MostTerms || (long)Terms * Math.Max(Images, Outputs) > 1 << 26)
        {
            throw new ArgumentException($"order: {this}: every extent is at least 1, the kernel odd and no larger than the image, a sum has at most {MostTerms} terms, and inputs stay below 2^26 elements");
        }
    }
}

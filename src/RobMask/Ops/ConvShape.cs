using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The extents of one two-dimensional convolution, validated.</summary>
/// <remarks>
/// <para>Constraints, quoted by number in errors and tests:</para>
/// <list type="bullet">
/// <item>C1: the input is [N, C, H, W], the weight [K, C / groups, R, S], and no extent is 0.</item>
/// <item>C2: kernel, stride, dilation and groups are at least 1, padding at least 0; the weight's R×S is the kernel's.</item>
/// <item>C3: groups divide C, and the weight has C / groups input channels.</item>
/// <item>C4: groups divide K.</item>
/// <item>C5: the dilated kernel is not larger than the padded input: (R − 1)·dilation + 1 ≤ H + 2·padding, the same for S and W.</item>
/// <item>C6: every other tensor of a call has the shape that follows: output [N, K, P, Q], bias [K], gradients as their values.</item>
/// </list>
/// <para>P = ⌊(H + 2·padding − (R − 1)·dilation − 1) / stride⌋ + 1, Q likewise, as torch.nn.Conv2d.</para>
/// </remarks>
/// <param name="N">Images.</param>
/// <param name="C">Input channels of all groups.</param>
/// <param name="H">Input rows.</param>
/// <param name="W">Input columns.</param>
/// <param name="K">Output channels of all groups.</param>
/// <param name="P">Output rows.</param>
/// <param name="Q">Output columns.</param>
/// <param name="Attributes">Kernel, stride, padding, dilation, groups.</param>
public readonly record struct ConvShape(int N, int C, int H, int W, int K, int P, int Q, ConvAttributes Attributes)
{
    /// <summary>Kernel rows.</summary>
    public int R => Attributes.KernelHeight;

    /// <summary>Kernel columns.</summary>
    public int S => Attributes.KernelWidth;

    /// <summary>Groups of channels.</summary>
    public int Groups => Attributes.Groups;

    /// <summary>C / groups.</summary>
    public int ChannelsPerGroup => C / Attributes.Groups;

    /// <summary>K / groups.</summary>
    public int OutputsPerGroup => K / Attributes.Groups;

    /// <summary>The terms of one output: C / groups · R · S.</summary>
    public int Terms => ChannelsPerGroup * R * S;

    /// <summary>[N, C, H, W].</summary>
    public TensorShape Input => new(N, C, H, W);

    /// <summary>[K, C / groups, R, S].</summary>
    public TensorShape Weight => new(K, ChannelsPerGroup, R, S);

    /// <summary>[N, K, P, Q].</summary>
    public TensorShape Output => new(N, K, P, Q);

    /// <summary>The input row of output row <paramref name="p"/> under kernel row <paramref name="r"/>; outside [0, H) it is padding.</summary>
    public int InputRow(int p, int r) => (p * Attributes.StrideHeight) - Attributes.PaddingHeight + (r * Attributes.DilationHeight);

    /// <summary>The input column of output column <paramref name="q"/> under kernel column <paramref name="s"/>; outside [0, W) it is padding.</summary>
    public int InputColumn(int q, int s) => (q * Attributes.StrideWidth) - Attributes.PaddingWidth + (s * Attributes.DilationWidth);

    /// <summary>Checks C1 to C5.</summary>
    /// <exception cref="ArgumentException">A constraint does not hold; the message names it.</exception>
    public static ConvShape Create(TensorShape input, TensorShape weight, ConvAttributes attributes)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(weight);
        if (input.Rank != 4 || input.Length == 0)
        {
            throw Broken($"C1: input is {input}, not [N, C, H, W] with every extent above 0", nameof(input));
        }

        if (weight.Rank != 4 || weight.Length == 0)
        {
            throw Broken($"C1: weight is {weight}, not [K, C / groups, R, S] with every extent above 0", nameof(weight));
        }

        CheckAttributes(attributes);
        if (weight[2] != attributes.KernelHeight || weight[3] != attributes.KernelWidth)
        {
            throw Broken($"C2: weight is {weight}, its kernel is not {attributes.KernelHeight}×{attributes.KernelWidth}", nameof(weight));
        }

        int groups = attributes.Groups;
        if (input[1] % groups != 0)
        {
            throw Broken($"C3: {groups} groups do not divide the input's {input[1]} channels", nameof(input));
        }

        if (weight[1] != input[1] / groups)
        {
            throw Broken($"C3: weight has {weight[1]} input channels a group, input has {input[1]} / {groups} groups = {input[1] / groups}", nameof(weight));
        }

        if (weight[0] % groups != 0)
        {
            throw Broken($"C4: {groups} groups do not divide the weight's {weight[0]} output channels", nameof(weight));
        }

        int rows = Extent(input[2], attributes.KernelHeight, attributes.StrideHeight, attributes.PaddingHeight, attributes.DilationHeight, "rows");
        int columns = Extent(input[3], attributes.KernelWidth, attributes.StrideWidth, attributes.PaddingWidth, attributes.DilationWidth, "columns");
        return new ConvShape(input[0], input[1], input[2], input[3], weight[0], rows, columns, attributes);
    }

    /// <summary>Checks C1 to C5, and C6 of the output or its gradient.</summary>
    /// <exception cref="ArgumentException">A constraint does not hold; the message names it.</exception>
    internal static ConvShape CreateChecked(TensorShape input, TensorShape weight, ConvAttributes attributes, TensorShape output, string outputName)
    {
        ConvShape shape = Create(input, weight, attributes);
        bool agrees = output.Rank == 4 && output[0] == shape.N && output[1] == shape.K && output[2] == shape.P && output[3] == shape.Q;
        return agrees
            ? shape
            : throw Broken($"C6: {outputName} is {output}, input {input} and weight {weight} give [{shape.N}, {shape.K}, {shape.P}, {shape.Q}]", outputName);
    }

    private static void CheckAttributes(ConvAttributes a)
    {
        const string Name = "attributes";
        if (a.KernelHeight < 1 || a.KernelWidth < 1)
        {
            throw Broken($"C2: kernel {a.KernelHeight}×{a.KernelWidth} is below 1", Name);
        }

        if (a.StrideHeight < 1 || a.StrideWidth < 1)
        {
            throw Broken($"C2: stride {a.StrideHeight}×{a.StrideWidth} is below 1", Name);
        }

        if (a.DilationHeight < 1 || a.DilationWidth < 1)
        {
            throw Broken($"C2: dilation {a.DilationHeight}×{a.DilationWidth} is below 1", Name);
        }

        if (a.PaddingHeight < 0 || a.PaddingWidth < 0)
        {
            throw Broken($"C2: padding {a.PaddingHeight}×{a.PaddingWidth} is below 0", Name);
        }

        if (a.Groups < 1)
        {
            throw Broken($"C2: {a.Groups} groups; at least 1 is needed", Name);
        }
    }

    private static int Extent(int input, int kernel, int stride, int padding, int dilation, string what)
    {
        long padded = input + (2L * padding);
        long dilated = ((kernel - 1L) * dilation) + 1;
        if (dilated > padded)
        {
            throw Broken($"C5: kernel of {kernel} {what} with dilation {dilation} spans {dilated}, the padded input has {input} + 2·{padding} = {padded}", "input");
        }

        // Positions in the padded input are added to each other in 32 bits.
        if (padded > int.MaxValue / 4)
        {
            throw Broken($"C5: the padded input has {padded} {what}, more than {int.MaxValue / 4}", "attributes");
        }

        return (int)((padded - dilated) / stride) + 1;
    }

    private static ArgumentException Broken(string rule, string parameter) => new("conv2d " + rule, parameter);
}

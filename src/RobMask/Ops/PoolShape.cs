using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The extents of a pooling, validated.</summary>
internal readonly record struct PoolShape(int Planes, int Height, int Width, int OutputHeight, int OutputWidth, PoolAttributes Attributes)
{
    // Padding counts as part of a window, so nothing else would bound the work of one output.
    private const int LargestWindow = 1 << 24;

    /// <summary>Reads the extents of an input [N, C, H, W].</summary>
    /// <exception cref="ArgumentException">The window does not suit the input.</exception>
    public static PoolShape Of(TensorShape input, PoolAttributes attributes)
    {
        if (input.Rank != 4)
        {
            throw new ArgumentException($"pool2d C1: input is {input}, it must be [N, C, H, W]", nameof(input));
        }

        PoolAttributes a = attributes;
        if (a.KernelHeight < 1 || a.KernelWidth < 1 || a.StrideHeight < 1 || a.StrideWidth < 1 || (long)a.KernelHeight * a.KernelWidth > LargestWindow)
        {
            throw new ArgumentException($"pool2d C2: window {a.KernelHeight}×{a.KernelWidth} with stride {a.StrideHeight}×{a.StrideWidth}; all must be at least 1, and a window has at most {LargestWindow} elements", nameof(attributes));
        }

        if (a.PaddingHeight < 0 || a.PaddingWidth < 0 || a.PaddingHeight > a.KernelHeight / 2 || a.PaddingWidth > a.KernelWidth / 2)
        {
            throw new ArgumentException($"pool2d C3: padding {a.PaddingHeight}×{a.PaddingWidth} is negative or above half the window {a.KernelHeight}×{a.KernelWidth}", nameof(attributes));
        }

        // Twice the padding is at most the window, so neither sum leaves the range of an int.
        int height = input[2] + ((2 * a.PaddingHeight) - a.KernelHeight);
        int width = input[3] + ((2 * a.PaddingWidth) - a.KernelWidth);
        if (height < 0 || width < 0)
        {
            throw new ArgumentException($"pool2d C4: window {a.KernelHeight}×{a.KernelWidth} exceeds the padded input {height + a.KernelHeight}×{width + a.KernelWidth}", nameof(attributes));
        }

        return new PoolShape(input[0] * input[1], input[2], input[3], (height / a.StrideHeight) + 1, (width / a.StrideWidth) + 1, attributes);
    }

    /// <summary>The shape of the output, [N, C, P, Q].</summary>
    public TensorShape Output(TensorShape input) => new(input[0], input[1], OutputHeight, OutputWidth);

    /// <summary>The shape of a tensor is that of the output; checked without making a shape.</summary>
    public void RequireOutput(string name, TensorShape output, TensorShape input)
    {
        if (output.Rank != 4 || output[0] != input[0] || output[1] != input[1] || output[2] != OutputHeight || output[3] != OutputWidth)
        {
            throw new ArgumentException($"pool2d C5: {name} is {output}, it must be {Output(input)}", name);
        }
    }

    /// <summary>The first row of the window of output row p, which may lie in the padding, and the rows of it inside the image.</summary>
    public (int First, int Last) Rows(int p)
    {
        int start = (p * Attributes.StrideHeight) - Attributes.PaddingHeight;
        return (Math.Max(0, start), Math.Min(Height, start + Attributes.KernelHeight));
    }

    /// <summary>The columns of the window of output column q inside the image.</summary>
    public (int First, int Last) Columns(int q)
    {
        int start = (q * Attributes.StrideWidth) - Attributes.PaddingWidth;
        return (Math.Max(0, start), Math.Min(Width, start + Attributes.KernelWidth));
    }
}

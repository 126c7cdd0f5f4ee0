using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Windows of poolings, for bounds that look into them.</summary>
internal static class PoolBounds
{
    /// <summary>What is done with a window.</summary>
    public interface IWindow
    {
        /// <summary>Visits a window.</summary>
        /// <param name="window">The index of its output.</param>
        /// <param name="plane">Which plane [H, W] it lies in.</param>
        /// <param name="pixels">Its pixels inside the image.</param>
        /// <param name="sums">Sums for the pixels of the plane, where there are any.</param>
        void Visit(int window, int plane, Rectangle pixels, Span<SumBound> sums);
    }

    /// <summary>The attributes of a pooling.</summary>
    public static PoolAttributes Read(BoundCall call)
    {
        (int height, int width) = call.Pair("kernel_size");
        (int strideHeight, int strideWidth) = call.Pair("stride");
        (int paddingHeight, int paddingWidth) = call.Pair("padding");
        return new PoolAttributes(height, width, strideHeight == 0 ? height : strideHeight, strideWidth == 0 ? width : strideWidth, paddingHeight, paddingWidth);
    }

    /// <summary>The gradient of the output has its shape.</summary>
    public static void RequireGradient(string operation, BoundedTensor gradOutput, TensorShape output)
    {
        if (!gradOutput.Shape.Equals(output))
        {
            throw new ArgumentException($"{operation}: grad_output is {gradOutput.Shape}; expected {output}");
        }
    }

    /// <summary>Visits every window of every plane.</summary>
    public static void ForEachWindow<TWindow>(TensorShape input, PoolAttributes attributes, TWindow windows)
        where TWindow : struct, IWindow
    {
        PoolShape shape = PoolShape.Of(input, attributes);
        for (int plane = 0; plane < shape.Planes; plane++)
        {
            Visit(shape, plane, windows, default);
        }
    }

    /// <summary>Visits every window and totals, for each pixel, what the windows add to it in any order.</summary>
    public static void Scatter<TWindow>(TensorShape input, PoolAttributes attributes, BoundedTensor destination, double roundings, TWindow windows)
        where TWindow : struct, IWindow
    {
        PoolShape shape = PoolShape.Of(input, attributes);
        int area = shape.Height * shape.Width;
        SumBound[] sums = new SumBound[area];
        ApproximateSpan totals = destination.Elements;
        for (int plane = 0; plane < shape.Planes; plane++)
        {
            sums.AsSpan().Clear();
            Visit(shape, plane, windows, sums);
            for (int i = 0; i < area; i++)
            {
                totals[(plane * area) + i] = sums[i].Total(roundings);
            }
        }
    }

    private static void Visit<TWindow>(in PoolShape shape, int plane, TWindow windows, Span<SumBound> sums)
        where TWindow : struct, IWindow
    {
        int window = plane * shape.OutputHeight * shape.OutputWidth;
        for (int p = 0; p < shape.OutputHeight; p++)
        {
            (int top, int bottom) = shape.Rows(p);
            for (int q = 0; q < shape.OutputWidth; q++)
            {
                (int left, int right) = shape.Columns(q);
                windows.Visit(window++, plane, new Rectangle(top, bottom, left, right, shape.Width, shape.Height * shape.Width), sums);
            }
        }
    }

    /// <summary>Pixels of a plane: rows from Top to below Bottom, columns from Left to below Right.</summary>
    public readonly record struct Rectangle(int Top, int Bottom, int Left, int Right, int Width, int Area);
}

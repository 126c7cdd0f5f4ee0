using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of avg_pool2d, global_avg_pool and their gradients: sums in any order, divided by a count or multiplied by its rounded reciprocal.</summary>
internal static class AveragePoolBounds
{
    private const string Theorem = "S2, means";

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        PoolAttributes attributes = PoolBounds.Read(call);
        BoundedTensor output = call.Output("output", MaxPool2d.OutputShape(input.Shape, attributes), Theorem);
        PoolBounds.ForEachWindow(input.Shape, attributes, new Means(input, output, (double)attributes.KernelHeight * attributes.KernelWidth));
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor gradOutput = call.Input("grad_output");
        PoolAttributes attributes = PoolBounds.Read(call);
        PoolBounds.RequireGradient("avg_pool2d_backward", gradOutput, MaxPool2d.OutputShape(input.Shape, attributes));
        BoundedTensor gradient = call.Output("grad_input", input.Shape, Theorem);
        PoolBounds.Scatter(input.Shape, attributes, gradient, 0, new Shares(gradOutput, (double)attributes.KernelHeight * attributes.KernelWidth));
    }

    public static void GlobalForward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        Planes planes = Planes.Of("global average C1", nameof(input), input.Shape);
        BoundedTensor output = call.Output("output", new TensorShape(planes.Images, planes.Channels), Theorem);
        for (int plane = 0; plane < output.Shape.Length; plane++)
        {
            SumBound sum = default;
            ApproximateSpan x = input.Elements.Slice(plane * planes.Length, planes.Length);
            for (int i = 0; i < x.Length; i++)
            {
                sum.Add(x[i]);
            }

            output.Set(plane, Approximate.Mean(sum.Total(), planes.Length));
        }
    }

    public static void GlobalBackward(BoundCall call)
    {
        BoundedTensor gradOutput = call.Input("grad_output");
        TensorShape shape = call.Input("input").Shape;
        int area = shape[2] * shape[3];
        ApproximateSpan gradient = call.Output("grad_input", shape, Theorem).Elements;
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = Approximate.Mean(gradOutput[i / area], area);
        }
    }

    private readonly struct Means(BoundedTensor input, BoundedTensor output, double count) : PoolBounds.IWindow
    {
        public void Visit(int window, int plane, PoolBounds.Rectangle pixels, Span<SumBound> sums)
        {
            ApproximateSpan x = input.Elements.Slice(plane * pixels.Area, pixels.Area);
            SumBound sum = default;
            for (int h = pixels.Top; h < pixels.Bottom; h++)
            {
                for (int i = (h * pixels.Width) + pixels.Left; i < (h * pixels.Width) + pixels.Right; i++)
                {
                    sum.Add(x[i]);
                }
            }

            output.Set(window, Approximate.Mean(sum.Total(), count));
        }
    }

    private readonly struct Shares(BoundedTensor gradOutput, double count) : PoolBounds.IWindow
    {
        public void Visit(int window, int plane, PoolBounds.Rectangle pixels, Span<SumBound> sums)
        {
            Approximate share = Approximate.Mean(gradOutput[window], count);
            for (int h = pixels.Top; h < pixels.Bottom; h++)
            {
                for (int i = (h * pixels.Width) + pixels.Left; i < (h * pixels.Width) + pixels.Right; i++)
                {
                    sums[i].Add(share);
                }
            }
        }
    }
}

using System.Numerics.Tensors;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of max_pool2d and its gradient: exact, but for windows whose winner the inputs leave undecided, as equal values do.</summary>
internal static class MaxPoolBounds
{
    private const string Theorem = "D2, winners";

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        PoolAttributes attributes = PoolBounds.Read(call);
        TensorShape shape = MaxPool2d.OutputShape(input.Shape, attributes);
        DenseTensor<int> winners = new(shape);
        BoundedTensor output = BoundedTensor.Empty(shape, input.IsExact);
        MaxPool2d.Forward(input.Value, attributes, output.Value, winners);
        if (input.Bound is not null)
        {
            // The true maximum lies between those of the least and of the greatest values.
            DenseTensor<double> moved = new(input.Shape);
            DenseTensor<double> extreme = new(shape);
            Span<double> bounds = output.Bound!.Span;
            foreach (double sign in (ReadOnlySpan<double>)[1, -1])
            {
                TensorPrimitives.MultiplyAdd(input.Bound.Span, sign, input.Value.Span, moved.Span);
                MaxPool2d.Forward(moved, attributes, extreme, winners);
                for (int i = 0; i < bounds.Length; i++)
                {
                    double value = output.Value.Span[i];
                    double distance = double.IsNaN(value) || extreme.Span[i] == value ? 0 : Math.Abs(extreme.Span[i] - value);
                    bounds[i] = Math.Max(bounds[i], double.IsNaN(distance) ? double.PositiveInfinity : distance);
                }
            }

            PoolBounds.ForEachWindow(input.Shape, attributes, new Unknowns(input, output));
        }

        call.Output("output", output, Theorem);
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor gradOutput = call.Input("grad_output");
        PoolAttributes attributes = PoolBounds.Read(call);
        PoolBounds.RequireGradient("max_pool2d_backward", gradOutput, MaxPool2d.OutputShape(input.Shape, attributes));
        BoundedTensor gradient = BoundedTensor.Empty(input.Shape);
        PoolBounds.Scatter(input.Shape, attributes, gradient, 0, new Winners(input, gradOutput));
        call.Output("grad_input", gradient, Theorem);
    }

    // A window that holds a number of which nothing is known may be NaN.
    private readonly struct Unknowns(BoundedTensor input, BoundedTensor output) : PoolBounds.IWindow
    {
        public void Visit(int window, int plane, PoolBounds.Rectangle pixels, Span<SumBound> sums)
        {
            ReadOnlySpan<double> bounds = input.Bound!.Span.Slice(plane * pixels.Area, pixels.Area);
            for (int h = pixels.Top; h < pixels.Bottom; h++)
            {
                if (bounds[((h * pixels.Width) + pixels.Left)..((h * pixels.Width) + pixels.Right)].Contains(double.PositiveInfinity))
                {
                    output.Bound!.Span[window] = double.PositiveInfinity;
                }
            }
        }
    }

    private readonly struct Winners(BoundedTensor input, BoundedTensor gradOutput) : PoolBounds.IWindow
    {
        public void Visit(int window, int plane, PoolBounds.Rectangle pixels, Span<SumBound> sums)
        {
            ApproximateSpan x = input.Elements.Slice(plane * pixels.Area, pixels.Area);
            int winner = -1;
            double least = double.NegativeInfinity;
            bool hasNaN = false;
            for (int h = pixels.Top; h < pixels.Bottom; h++)
            {
                for (int i = (h * pixels.Width) + pixels.Left; i < (h * pixels.Width) + pixels.Right; i++)
                {
                    double value = x[i].Value;
                    winner = winner < 0 || value > x[winner].Value || double.IsNaN(value) ? i : winner;
                    least = Math.Max(least, value - x[i].Error);
                    hasNaN |= double.IsNaN(value);
                }
            }

            if (winner < 0)
            {
                return;
            }

            Approximate g = gradOutput[window];
            int candidates = Candidates(x, pixels, winner, least, hasNaN, default, g);
            if (candidates == 1)
            {
                sums[winner].Add(g);
            }
            else
            {
                Candidates(x, pixels, winner, least, hasNaN, sums, g);
            }
        }

        // A pixel that may be the largest, or one of the largest, gets all of the gradient, a share of it or none.
        private static int Candidates(ApproximateSpan x, PoolBounds.Rectangle pixels, int winner, double least, bool hasNaN, Span<SumBound> sums, Approximate g)
        {
            int count = 0;
            for (int h = pixels.Top; h < pixels.Bottom; h++)
            {
                for (int i = (h * pixels.Width) + pixels.Left; i < (h * pixels.Width) + pixels.Right; i++)
                {
                    bool may = x[i].IsUnknown || (hasNaN ? double.IsNaN(x[i].Value) : !(x[i].Value + x[i].Error < least));
                    count += may ? 1 : 0;
                    if (may && !sums.IsEmpty)
                    {
                        sums[i].Add(double.IsFinite(g.Value) ? new Approximate(i == winner ? g.Value : 0, g.Magnitude) : Approximate.Unknown);
                    }
                }
            }

            return count;
        }
    }
}

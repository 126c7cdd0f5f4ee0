namespace RobMask.Verification.Bounds;

/// <summary>Bounds of relu, its gradient and the feature mask: exact, and undecided only where an input is known no better than that.</summary>
/// <remarks>Theorem D1 of <c>docs/bounds.md</c>: a decision about x is certain where |x| exceeds its bound, or where x is exact.</remarks>
internal static class ReluBounds
{
    private const string Theorem = "D1, decisions";

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor output = BoundedTensor.Empty(input.Shape, input.IsExact);
        for (int i = 0; i < input.Shape.Length; i++)
        {
            Approximate x = input[i];

            // Clipping brings no two numbers further apart, so the error stays; where x is surely below 0 it is gone.
            output.Set(i, x.Value <= 0 ? new Approximate(0, Math.Max(0, x.Value + x.Error)) : x);
        }

        call.Output("output", output, Theorem);
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor gradOutput = call.Input("grad_output");
        BoundedTensor gradient = BoundedTensor.Empty(input.Shape, input.IsExact && gradOutput.IsExact);
        for (int i = 0; i < input.Shape.Length; i++)
        {
            Approximate x = input[i];
            Approximate g = gradOutput[i];
            bool passes = !(x.Value <= 0);
            bool certain = x.Error == 0 || Math.Abs(x.Value) > x.Error;
            gradient.Set(i, new Approximate(passes ? g.Value : 0, certain ? (passes ? g.Error : 0) : g.Magnitude));
        }

        call.Output("grad_input", gradient, Theorem);
    }

    public static void Mask(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor mask = BoundedTensor.Empty(input.Shape, input.IsExact);
        for (int i = 0; i < input.Shape.Length; i++)
        {
            Approximate x = input[i];
            mask.Set(i, new Approximate(x.Value > 0 ? 1 : 0, x.Error == 0 || Math.Abs(x.Value) > x.Error ? 0 : 1));
        }

        call.Output("mask", mask, Theorem);
    }
}

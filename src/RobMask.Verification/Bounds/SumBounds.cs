using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of sums and means of rows (theorem S1 of <c>docs/bounds.md</c>).</summary>
internal static class SumBounds
{
    private const string Theorem = "S1, sums";

    public static void Sum(BoundCall call) => Rows(call, static (sum, _) => sum.Total());

    // Multiplied by a rounded reciprocal before or after, or divided.
    public static void Mean(BoundCall call) => Rows(call, static (sum, count) => (sum.Total(2) / count).Rounded(3));

    private static void Rows(BoundCall call, Func<SumBound, int, Approximate> result)
    {
        BoundedTensor input = call.Input("input");
        int count = input.Shape[1];
        BoundedTensor output = call.Output("output", new TensorShape(input.Shape[0]), Theorem);
        for (int n = 0; n < input.Shape[0]; n++)
        {
            SumBound sum = default;
            for (int d = 0; d < count; d++)
            {
                sum.Add(input[(n * count) + d]);
            }

            output.Set(n, result(sum, count));
        }
    }
}

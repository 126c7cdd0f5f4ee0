namespace RobMask.Verification.Bounds;

/// <summary>Bounds of add: one rounding (theorem R1 of <c>docs/bounds.md</c>), none where the sum is a float.</summary>
internal static class AddBounds
{
    public static void Forward(BoundCall call)
    {
        ApproximateSpan left = call.Input("left").Elements;
        ApproximateSpan right = call.Input("right").Elements;
        ApproximateSpan output = call.Output("output", call.Input("left").Shape, Roundings.Theorem).Elements;
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = (left[i] + right[i]).Rounded();
        }
    }
}

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of softmax and log_softmax.</summary>
internal static class SoftmaxBounds
{
    public static void Softmax(BoundCall call) => Rows(call, probabilities: true);

    public static void LogSoftmax(BoundCall call) => Rows(call, probabilities: false);

    private static void Rows(BoundCall call, bool probabilities)
    {
        BoundedTensor input = call.Input("input");
        int classes = input.Shape[1];
        SoftmaxRow row = new(classes);
        ApproximateSpan output = call.Output("output", input.Shape, SoftmaxRow.Theorem).Elements;
        for (int n = 0; n < input.Shape[0]; n++)
        {
            row.Take(input.Elements.Slice(n * classes, classes));
            for (int j = 0; j < classes; j++)
            {
                output[(n * classes) + j] = probabilities ? row.Probabilities[j] : row.Logarithms[j];
            }
        }
    }
}

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of margin_loss and its gradient: one subtraction; the rival class is a decision, undecided between classes that may be equal.</summary>
internal static class MarginLossBounds
{
    private const string Theorem = "D2, winners";

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        (int images, int classes) = (input.Shape[0], input.Shape[1]);
        ReadOnlySpan<int> labels = call.Labels("target").Span;
        RequireClasses("margin", classes, 2);
        Approximate[] perImage = new Approximate[images];
        for (int n = 0; n < images; n++)
        {
            ApproximateSpan z = input.Elements.Slice(n * classes, classes);
            perImage[n] = (GreatestOther(z, labels[n]) - z[labels[n]]).Rounded();
        }

        LossBounds.Give(call, perImage, Theorem);
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        (int images, int classes) = (input.Shape[0], input.Shape[1]);
        ReadOnlySpan<int> labels = call.Labels("target").Span;
        RequireClasses("margin", classes, 2);
        Approximate factor = LossBounds.Factor(call, images);
        ApproximateSpan gradient = call.Output("grad_input", input.Shape, Theorem).Elements;
        for (int n = 0; n < images; n++)
        {
            ApproximateSpan z = input.Elements.Slice(n * classes, classes);
            RankCandidates rival = RankCandidates.Of(z, 1, labels[n]);
            for (int j = 0; j < classes; j++)
            {
                gradient[(n * classes) + j] = j == labels[n] ? -factor : rival.Share(z, j, factor);
            }
        }
    }

    /// <summary>The largest logit of another class than the label's.</summary>
    public static Approximate GreatestOther(ApproximateSpan z, int label)
    {
        Approximate greatest = z[label == 0 ? 1 : 0];
        for (int j = 0; j < z.Length; j++)
        {
            greatest = j == label ? greatest : Approximate.Max(greatest, z[j]);
        }

        return greatest;
    }

    public static void RequireClasses(string operation, int classes, int least)
    {
        if (classes < least)
        {
            throw new ArgumentException($"{operation}: the logits have {classes} classes; expected at least {least}");
        }
    }
}

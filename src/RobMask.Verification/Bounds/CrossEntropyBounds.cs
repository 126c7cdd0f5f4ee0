namespace RobMask.Verification.Bounds;

/// <summary>Bounds of cross_entropy and its gradient, smoothed image by image or with the two sums taken over the batch first, as PyTorch does.</summary>
/// <remarks>Theorem F3 of <c>docs/bounds.md</c>. The gradient is factor·(p − q), or q by way of a backward log-softmax, p·Σq − q, whose sum over classes is rounded.</remarks>
internal static class CrossEntropyBounds
{
    private const string Theorem = "F3, cross-entropy";
    private const double Unit = ArithmeticModel.Unit * (1 + 1e-6);

    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        (int images, int classes) = (input.Shape[0], input.Shape[1]);
        ReadOnlySpan<int> labels = call.Labels("target").Span;
        (Approximate atLabel, Approximate everywhere) = Weights(call, classes);
        bool smooths = everywhere.Value != 0;
        bool reduces = call.Choice("reduction") != "none";
        SoftmaxRow row = new(classes);
        Approximate[] perImage = new Approximate[images];
        SumBound labelled = default;
        SumBound all = default;
        for (int n = 0; n < images; n++)
        {
            row.Take(input.Elements.Slice(n * classes, classes));
            SumBound sum = default;
            Approximate loss = -row.Logarithms[labels[n]];
            labelled.Add(loss);
            for (int j = 0; j < classes && smooths; j++)
            {
                sum.Add(-row.Logarithms[j]);
                all.Add(-row.Logarithms[j]);
            }

            perImage[n] = smooths ? ((atLabel * loss).Rounded() + (everywhere * sum.Total()).Rounded()).Rounded() : loss;
        }

        if (!smooths || !reduces)
        {
            LossBounds.Give(call, perImage, Theorem);
            return;
        }

        // Either sum may be taken over images first, or after weights and the sum over classes: that order has up to three roundings more for each term.
        Approximate mean = (atLabel * LossBounds.Reduced(call, labelled, images, 2)).Rounded() + (everywhere * LossBounds.Reduced(call, all, images, 3)).Rounded();
        call.Output("output", new Tensors.TensorShape(), Theorem).Set(0, mean.Rounded());
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        (int images, int classes) = (input.Shape[0], input.Shape[1]);
        ReadOnlySpan<int> labels = call.Labels("target").Span;
        (Approximate atLabel, Approximate everywhere) = Weights(call, classes);
        Approximate targetElsewhere = everywhere.Rounded();
        Approximate targetAtLabel = (atLabel + targetElsewhere).Rounded();
        Approximate factor = LossBounds.Factor(call, images);

        // Σq = 1 as a float sum over classes, where q is not one-hot.
        double sumError = everywhere.Value == 0 ? 0 : (classes + 4) * Unit;
        SoftmaxRow row = new(classes);
        ApproximateSpan gradient = call.Output("grad_input", input.Shape, Theorem).Elements;
        for (int n = 0; n < images; n++)
        {
            row.Take(input.Elements.Slice(n * classes, classes));
            for (int j = 0; j < classes; j++)
            {
                Approximate p = row.Probabilities[j];
                Approximate q = j == labels[n] ? targetAtLabel : targetElsewhere;
                Approximate difference = (p - q).Within((sumError * p.Magnitude) + (2 * Unit * (p.Magnitude + q.Magnitude)));
                gradient[(n * classes) + j] = row.IsSpecial ? p : (difference * factor).Rounded(Approximate.Two).Within(4 * (double)float.Epsilon);
            }
        }
    }

    // 1 − s and s/K.
    private static (Approximate AtLabel, Approximate Everywhere) Weights(BoundCall call, int classes)
    {
        Approximate smoothing = Roundings.Setting(call.Number("label_smoothing"));
        return (smoothing.Value == 0 ? 1 : (1 - smoothing).Rounded(), smoothing.Value == 0 ? 0 : (smoothing / (double)classes).Rounded(Approximate.Two));
    }
}

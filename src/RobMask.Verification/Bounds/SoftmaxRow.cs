namespace RobMask.Verification.Bounds;

/// <summary>Probabilities and their logarithms of one row of logits, by every usual algorithm.</summary>
/// <remarks>
/// Theorems F1 and F2 of <c>docs/bounds.md</c>, after Blanchard, D. Higham and N. Higham 2021. The shift by the largest logit is a constant of the real function, so only its rounding
/// counts. Probabilities: exp(x − M)/Σ, its product with a rounded 1/Σ, exp(x − lse) and exp((x − M) − log Σ); logarithms: (x − M) − log Σ and x − (M + log Σ).
/// </remarks>
internal sealed class SoftmaxRow(int classes)
{
    /// <summary>The section that proves these bounds.</summary>
    public const string Theorem = "F1–F2, softmax";

    private readonly Approximate[] _shifted = new Approximate[classes];

    /// <summary>log softmax.</summary>
    public Approximate[] Logarithms { get; } = new Approximate[classes];

    /// <summary>softmax.</summary>
    public Approximate[] Probabilities { get; } = new Approximate[classes];

    /// <summary>Whether the row is NaN throughout, or nothing is known of it.</summary>
    public bool IsSpecial { get; private set; }

    /// <summary>Bounds a row.</summary>
    public void Take(ApproximateSpan logits)
    {
        double greatest = double.NegativeInfinity;
        double greatestError = 0;
        bool unknown = false;
        bool special = false;
        for (int j = 0; j < logits.Length; j++)
        {
            unknown |= logits[j].IsUnknown;
            special |= double.IsNaN(logits[j].Value) || double.IsPositiveInfinity(logits[j].Value);
            greatest = Math.Max(greatest, logits[j].Value);
        }

        IsSpecial = unknown || special || double.IsNegativeInfinity(greatest);
        if (IsSpecial)
        {
            Logarithms.AsSpan().Fill(unknown ? Approximate.Unknown : double.NaN);
            Logarithms.CopyTo(Probabilities, 0);
            return;
        }

        for (int j = 0; j < logits.Length; j++)
        {
            greatestError = logits[j].Value + logits[j].Error >= greatest - logits[j].Error ? Math.Max(greatestError, logits[j].Error) : greatestError;
        }

        SumBound sum = default;
        for (int j = 0; j < logits.Length; j++)
        {
            Approximate difference = logits[j] - greatest;
            _shifted[j] = difference.Rounded().Within(ArithmeticModel.Unit * greatestError);
            sum.Add(Approximate.Exp(_shifted[j]).Evaluated());
        }

        Approximate total = sum.Total();
        Approximate logarithm = Approximate.Log(total).Rounded(4);
        Approximate sumOfBoth = (greatest + logarithm).Rounded().Within(ArithmeticModel.Unit * greatestError);
        Approximate reciprocal = (1 / total).Rounded();
        for (int j = 0; j < logits.Length; j++)
        {
            Approximate apart = (_shifted[j] - logarithm).Rounded();
            Approximate together = (logits[j] - sumOfBoth).Rounded();
            Logarithms[j] = apart.Or(together);
            Approximate exponential = Approximate.Exp(_shifted[j]).Evaluated();
            Probabilities[j] = (exponential / total).Rounded().Or((exponential * reciprocal).Rounded()).Or(Approximate.Exp(Logarithms[j]).Evaluated());
        }
    }
}

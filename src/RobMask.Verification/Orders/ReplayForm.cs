namespace RobMask.Verification.Orders;

/// <summary>What happens to a product before it is added.</summary>
public enum ProductForm
{
    /// <summary>There are no products, or they are rounded to float first.</summary>
    Rounded,

    /// <summary>It is added by a fused multiply-add; of two products that meet, the one of the lesser term is rounded.</summary>
    FusedLater,

    /// <summary>It is added by a fused multiply-add; of two products that meet, the one of the greater term is rounded.</summary>
    FusedEarlier,
}

/// <summary>How the result is divided for a mean.</summary>
public enum MeanForm
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The sum divided by the number of terms.</summary>
    Divided,

    /// <summary>The sum times the rounded reciprocal of the number of terms.</summary>
    Multiplied,

    /// <summary>Each term times the rounded reciprocal of their number, before it is added.</summary>
    TermsMultiplied,
}

/// <summary>The arithmetic of a tree's nodes.</summary>
/// <param name="Product">What happens to products.</param>
/// <param name="IsWide">Whether nodes add in double and only the result is rounded to float.</param>
/// <param name="AlignedBits">
/// How a node of more than two children adds: 0 rounds their exact sum to nearest; 23, 24 or 25 cuts each to so many bits below the leading bit
/// of the largest and cuts the sum to float, as tensor cores do (Fasi, Higham, Mikaitis and Pranesh, PeerJ CS 7:e330, 2021).
/// </param>
/// <param name="Mean">How a mean comes from the sum.</param>
public sealed record ReplayForm(ProductForm Product, bool IsWide, int AlignedBits, MeanForm Mean)
{
    private static readonly bool[] Widths = [false, true];

    /// <summary>Every form that there is for a kind of operation, the simplest first.</summary>
    public static IEnumerable<ReplayForm> All(bool hasProducts, bool isMean, bool hasWideNodes)
    {
        ProductForm[] products = hasProducts ? [ProductForm.FusedLater, ProductForm.FusedEarlier, ProductForm.Rounded] : [ProductForm.Rounded];
        MeanForm[] means = isMean ? [MeanForm.Divided, MeanForm.Multiplied, MeanForm.TermsMultiplied] : [MeanForm.None];
        int[] alignments = hasWideNodes ? [0, 23, 24, 25] : [0];
        return from wide in Widths
               from mean in means
               from product in products
               where !wide || product != ProductForm.FusedEarlier
               from bits in wide ? [0] : alignments
               select new ReplayForm(product, wide, bits, mean);
    }

    /// <summary>The form in words.</summary>
    public override string ToString()
    {
        string nodes = IsWide ? "added in double, rounded once" : AlignedBits > 0 ? $"added in float, joint sums aligned and cut to {AlignedBits} bits" : "added in float";
        string products = Product switch
        {
            ProductForm.FusedLater => ", products fused",
            ProductForm.FusedEarlier => ", products fused, of two that meet the earlier one",
            _ => string.Empty,
        };
        string mean = Mean switch
        {
            MeanForm.Divided => ", divided by the number of terms",
            MeanForm.Multiplied => ", times the reciprocal of the number of terms",
            MeanForm.TermsMultiplied => ", each term times the reciprocal of their number first",
            _ => string.Empty,
        };
        return nodes + products + mean;
    }

    /// <summary>Adds products in the order of a tree.</summary>
    /// <param name="order">The tree's nodes, children before parents: <see cref="SummationTree.InOrder"/>.</param>
    /// <param name="left">The terms, or the left factors.</param>
    /// <param name="right">The right factors.</param>
    public float Evaluate(IReadOnlyList<SummationTree> order, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ArgumentNullException.ThrowIfNull(order);
        int terms = left.Length;
        float reciprocal = 1f / terms;
        float[] scaled = Mean == MeanForm.TermsMultiplied ? [.. left.ToArray().Select(x => x * reciprocal)] : left.ToArray();
        Dictionary<SummationTree, double> sums = new(order.Count, ReferenceEqualityComparer.Instance);
        foreach (SummationTree node in order)
        {
            sums[node] = IsWide ? Wide(node, sums, scaled, right) : Narrow(node, sums, scaled, right);
        }

        double total = sums[order[^1]];
        return Mean switch
        {
            MeanForm.Divided => IsWide ? (float)(total / terms) : (float)total / terms,
            MeanForm.Multiplied => IsWide ? (float)(total * (1.0 / terms)) : (float)total * reciprocal,
            _ => (float)total,
        };
    }

    // The product of two floats is exact in double, so fused and not are one there.
    private static double Wide(SummationTree node, Dictionary<SummationTree, double> sums, float[] left, ReadOnlySpan<float> right)
    {
        if (node.IsLeaf)
        {
            return (double)left[node.Term] * right[node.Term];
        }

        double sum = 0;
        foreach (SummationTree child in node.Children)
        {
            sum += sums[child];
        }

        return sum;
    }

    private double Narrow(SummationTree node, Dictionary<SummationTree, double> sums, float[] left, ReadOnlySpan<float> right)
    {
        if (node.IsLeaf)
        {
            return left[node.Term] * right[node.Term];
        }

        if (node.Children.Count > 2)
        {
            return Joint(node, sums, left, right);
        }

        SummationTree first = node.Children[0];
        SummationTree second = node.Children[1];
        SummationTree? fused = Product switch
        {
            ProductForm.FusedLater => second.IsLeaf ? second : first.IsLeaf ? first : null,
            ProductForm.FusedEarlier => first.IsLeaf ? first : second.IsLeaf ? second : null,
            _ => null,
        };
        return fused is null
            ? (float)sums[first] + (float)sums[second]
            : MathF.FusedMultiplyAdd(left[fused.Term], right[fused.Term], (float)sums[fused == first ? second : first]);
    }

    private double Joint(SummationTree node, Dictionary<SummationTree, double> sums, float[] left, ReadOnlySpan<float> right)
    {
        Span<double> terms = stackalloc double[node.Children.Count];
        double greatest = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            SummationTree child = node.Children[i];
            terms[i] = child.IsLeaf ? (double)left[child.Term] * right[child.Term] : sums[child];
            greatest = Math.Max(greatest, Math.Abs(terms[i]));
        }

        double sum = 0;
        if (AlignedBits == 0)
        {
            foreach (double term in terms)
            {
                sum += term;
            }

            return (float)sum;
        }

        int shift = greatest == 0 ? 0 : AlignedBits - Math.ILogB(greatest);
        foreach (double term in terms)
        {
            sum += Math.Truncate(Math.ScaleB(term, shift));
        }

        sum = Math.ScaleB(sum, -shift);
        float nearest = (float)sum;
        return Math.Abs((double)nearest) > Math.Abs(sum) ? (nearest > 0 ? MathF.BitDecrement(nearest) : MathF.BitIncrement(nearest)) : nearest;
    }
}

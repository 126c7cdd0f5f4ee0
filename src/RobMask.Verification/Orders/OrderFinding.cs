using RobMask.Numerics;

namespace RobMask.Verification.Orders;

/// <summary>What was found out about the order of a black box.</summary>
/// <param name="Tree">The order.</param>
/// <param name="Calls">How often the box was asked.</param>
/// <param name="Names">The known orders that it equals; none for one of its own.</param>
/// <param name="Form">The arithmetic with which the tree gives the box's bits on random data; null where none of those tried does.</param>
/// <param name="Compared">The random sums that were compared.</param>
/// <param name="Agreeing">The most of them that any arithmetic gave in every bit.</param>
public sealed record OrderFinding(SummationTree Tree, int Calls, IReadOnlyList<string> Names, ReplayForm? Form, int Compared, int Agreeing)
{
    private const int LeastCompared = 256;

    /// <summary>Reveals, names and replays the order of a black box.</summary>
    /// <param name="box">The black box.</param>
    /// <param name="hasProducts">Whether its terms are products.</param>
    /// <param name="isMean">Whether it gives means.</param>
    /// <param name="seed">Of the random data of the replay.</param>
    /// <exception cref="OrderNotFoundException">Its answers are not those of a tree of rounded sums.</exception>
    public static OrderFinding Of(IAccumulation box, bool hasProducts, bool isMean, ulong seed)
    {
        OrderProbe probe = new(box);
        SummationTree tree = probe.Reveal();
        IReadOnlyList<SummationTree> order = tree.InOrder();
        List<(float[] Left, float[] Right, float[] Sums)> samples = [];
        for (int batch = 0; batch * box.Sums < LeastCompared; batch++)
        {
            float[] left = Normal(seed, (2 * batch) + 1, box.Sums * box.Terms);
            float[] right = hasProducts ? Normal(seed, (2 * batch) + 2, box.Terms) : [.. Enumerable.Repeat(1f, box.Terms)];
            samples.Add((left, right, box.Add(left, right)));
        }

        ReplayForm? best = null;
        int agreeing = 0;
        int compared = samples.Count * box.Sums;
        foreach (ReplayForm form in ReplayForm.All(hasProducts, isMean, order.Any(node => node.Children.Count > 2)))
        {
            int agrees = samples.Sum(sample => Agreeing(form, sample));
            agreeing = Math.Max(agreeing, agrees);
            if (agrees == compared)
            {
                best = form;
                break;
            }
        }

        return new OrderFinding(tree, probe.Calls, [.. KnownOrders.For(box.Terms).Where(known => known.Tree.IsSameAs(tree)).Select(known => known.Name)], best, compared, agreeing);

        int Agreeing(ReplayForm form, (float[] Left, float[] Right, float[] Sums) sample) =>
            Enumerable.Range(0, box.Sums).Count(i => BitConverter.SingleToInt32Bits(form.Evaluate(order, sample.Left.AsSpan(i * box.Terms, box.Terms), sample.Right)) == BitConverter.SingleToInt32Bits(sample.Sums[i]));
    }

    private static float[] Normal(ulong seed, int step, int count)
    {
        float[] values = new float[count];
        new PhiloxStream(new PhiloxKey(seed, PhiloxStreams.Verification, (uint)step)).FillNormal<float>(values, 1);
        return values;
    }
}

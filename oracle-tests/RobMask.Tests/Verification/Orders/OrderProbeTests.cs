using RobMask.Numerics;
using RobMask.Verification.Orders;
using Xunit;

namespace RobMask.Tests.Verification.Orders;

/// <summary>Black boxes whose order is known, written as plain loops.</summary>
public class OrderProbeTests
{
    private const ulong Seed = 71;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(300)]
    public void A_chain_of_fused_products_is_sequential_and_replayed(int terms)
    {
        OrderFinding finding = OrderFinding.Of(new Box(terms, (a, b) => Chain(a, b, MathF.FusedMultiplyAdd)), hasProducts: true, isMean: false, Seed);

        Assert.True(finding.Tree.IsSameAs(KnownOrders.Sequential(terms)));
        Assert.StartsWith("sequential, first to last", finding.Names[0], StringComparison.Ordinal);
        Assert.Equal(ProductForm.FusedLater, finding.Form?.Product);
        Assert.False(finding.Form?.IsWide);
    }

    [Fact]
    public void A_chain_of_rounded_products_is_told_from_a_fused_one()
    {
        OrderFinding finding = OrderFinding.Of(new Box(50, (a, b) => Chain(a, b, (x, y, sum) => sum + (x * y))), hasProducts: true, isMean: false, Seed);

        Assert.Equal(ProductForm.Rounded, finding.Form?.Product);
    }

    [Fact]
    public void A_chain_from_the_last_term_is_found_as_such()
    {
        OrderFinding finding = OrderFinding.Of(new Box(40, (a, b) => Chain([.. Enumerable.Reverse(a)], [.. Enumerable.Reverse(b)], MathF.FusedMultiplyAdd)), hasProducts: true, isMean: false, Seed);

        Assert.Contains("sequential, last to first", finding.Names);
        Assert.Equal(ProductForm.FusedEarlier, finding.Form?.Product);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    public void Thirty_two_lanes_in_double_are_fma1s(int terms)
    {
        OrderFinding finding = OrderFinding.Of(new Box(terms, (a, _) => (float)LaneSum.Sum<float>(a)), hasProducts: false, isMean: false, Seed);

        Assert.Contains(finding.Names, name => name.Contains("LaneSum", StringComparison.Ordinal));
        Assert.True(finding.Form?.IsWide);
    }

    [Fact]
    public void Pairwise_halves_in_float_are_found()
    {
        OrderFinding finding = OrderFinding.Of(new Box(77, (a, _) => Halves(a)), hasProducts: false, isMean: false, Seed);

        Assert.Contains("pairwise", finding.Names);
        Assert.NotNull(finding.Form);
    }

    [Fact]
    public void Blocks_added_one_after_the_other_are_found()
    {
        OrderFinding finding = OrderFinding.Of(new Box(90, (a, b) => a.Zip(b).Chunk(12).Aggregate(0f, (sum, block) => sum + Chain([.. block.Select(p => p.First)], [.. block.Select(p => p.Second)], MathF.FusedMultiplyAdd))), hasProducts: true, isMean: false, Seed);

        Assert.Contains("blocks of 12, one after the other", finding.Names);
        Assert.NotNull(finding.Form);
    }

    [Theory]
    [InlineData(MeanForm.Divided)]
    [InlineData(MeanForm.Multiplied)]
    [InlineData(MeanForm.TermsMultiplied)]
    public void The_form_of_a_mean_is_found(MeanForm form)
    {
        const int Terms = 37;
        OrderFinding finding = OrderFinding.Of(
            new Box(Terms, (a, _) => form switch
            {
                MeanForm.Divided => a.Aggregate((x, y) => x + y) / Terms,
                MeanForm.Multiplied => a.Aggregate((x, y) => x + y) * (1f / Terms),
                _ => a.Select(x => x * (1f / Terms)).Aggregate((x, y) => x + y),
            }),
            hasProducts: false,
            isMean: true,
            Seed);

        Assert.Equal(form, finding.Form?.Mean);
    }

    [Fact]
    public void Tensor_core_blocks_are_joint_nodes_of_a_chain()
    {
        OrderFinding finding = OrderFinding.Of(
            new Box(24, (a, b) => a.Zip(b).Chunk(4).Aggregate(0f, (sum, block) => Aligned([sum, .. block.Select(p => (double)p.First * p.Second)]))), hasProducts: true, isMean: false, Seed);

        Assert.StartsWith("[[[[[[0,1,2,3],4,5,6,7],8,9,10,11],", finding.Tree.ToString(), StringComparison.Ordinal);
        Assert.Equal(24, finding.Form?.AlignedBits);
    }

    [Fact]
    public void Any_tree_that_is_drawn_is_found_again()
    {
        Random random = new(1729);
        for (int i = 0; i < 50; i++)
        {
            SummationTree tree = Random(random, 1 + random.Next(60));
            ReplayForm form = new(ProductForm.FusedLater, IsWide: false, AlignedBits: 0, MeanForm.None);
            IReadOnlyList<SummationTree> order = tree.InOrder();
            Box box = new(tree.Terms, (a, b) => form.Evaluate(order, a, b));

            SummationTree found = new OrderProbe(box).Reveal();

            Assert.True(found.IsSameAs(tree), $"tree {i} of seed 1729: {tree} was found as {found}");
        }
    }

    [Fact]
    public void An_exact_sum_has_no_order()
    {
        Box box = new(12, (a, _) => (float)a.Select(x => (System.Numerics.BigInteger)(double)x).Aggregate((x, y) => x + y));

        Assert.Throws<OrderNotFoundException>(() => new OrderProbe(box).Reveal());
    }

    [Fact]
    public void A_box_that_draws_lots_is_not_replayed()
    {
        Random random = new(5);
        Box box = new(30, (a, b) => Chain(a, b, MathF.FusedMultiplyAdd) + (random.Next(8) == 0 && a[0] != 1 && MathF.Abs(a[0]) < 100 ? 1e-3f : 0));

        OrderFinding finding = OrderFinding.Of(box, hasProducts: true, isMean: false, Seed);

        Assert.Null(finding.Form);
        Assert.InRange(finding.Agreeing, 1, finding.Compared - 1);
    }

    private static float Chain(float[] a, float[] b, Func<float, float, float, float> step)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum = step(a[i], b[i], sum);
        }

        return sum;
    }

    private static float Halves(ReadOnlySpan<float> a) => a.Length == 1 ? a[0] : Halves(a[..(a.Length / 2)]) + Halves(a[(a.Length / 2)..]);

    // 24 bits below the leading bit of the largest are kept of each term; the sum is rounded toward zero.
    private static float Aligned(double[] terms)
    {
        double unit = Math.Pow(2, Math.Floor(Math.Log2(terms.Max(Math.Abs))) - 24);
        decimal units = terms.Aggregate(0m, (sum, term) => sum + (decimal)Math.Truncate(term / unit));
        float above = (float)((double)units * unit);
        return Math.Abs(above) > Math.Abs((double)units * unit) ? (above > 0 ? MathF.BitDecrement(above) : MathF.BitIncrement(above)) : above;
    }

    private static SummationTree Random(Random random, int terms)
    {
        List<SummationTree> parts = [.. Enumerable.Range(0, terms).Select(SummationTree.Leaf)];
        while (parts.Count > 1)
        {
            SummationTree[] pair = [.. parts.OrderBy(_ => random.Next()).Take(2)];
            parts.RemoveAll(part => pair.Contains(part));
            parts.Add(SummationTree.Node(pair));
        }

        return parts[0];
    }

    private sealed class Box(int terms, Func<float[], float[], float> add) : IAccumulation
    {
        public int Terms => terms;

        public int Sums => 7;

        public float[] Add(float[] left, float[] right) => [.. Enumerable.Range(0, Sums).Select(i => add(left[(i * terms)..((i + 1) * terms)], right))];
    }
}

using System.Globalization;

namespace RobMask.Verification.Orders;

/// <summary>An order with a name.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Tree">The order.</param>
public sealed record KnownOrder(string Name, SummationTree Tree);

/// <summary>Orders in which sums are usually computed, to tell what a tree that was found is.</summary>
public static class KnownOrders
{
    private const int LargestBlock = 4096;

    /// <summary>The orders for a number of terms, the simplest first; equal ones occur once, under the first name.</summary>
    public static IEnumerable<KnownOrder> For(int terms)
    {
        List<SummationTree> seen = [];
        foreach ((string name, Func<SummationTree> make) in Candidates(terms))
        {
            SummationTree tree = make();
            if (!seen.Exists(tree.IsSameAs))
            {
                seen.Add(tree);
                yield return new KnownOrder(name, tree);
            }
        }
    }

    /// <summary>One term after the other.</summary>
    public static SummationTree Sequential(int terms) => Chain(Enumerable.Range(0, terms).Select(SummationTree.Leaf));

    /// <summary>Halves, each by the same rule; <paramref name="upper"/> gives the first half the odd term.</summary>
    public static SummationTree Pairwise(int terms, bool upper = false) => Halves([.. Enumerable.Range(0, terms).Select(SummationTree.Leaf)], upper);

    /// <summary>Term i into lane i mod <paramref name="lanes"/>, each lane one after the other; the lanes are added as <paramref name="join"/> says.</summary>
    public static SummationTree Lanes(int terms, int lanes, Func<IReadOnlyList<SummationTree>, SummationTree> join) =>
        join([.. Enumerable.Range(0, Math.Min(lanes, terms)).Select(lane => Chain(Every(lane, lanes, terms)))]);

    /// <summary>Blocks of consecutive terms, each one after the other; the blocks are added as <paramref name="join"/> says.</summary>
    public static SummationTree Blocks(int terms, int block, Func<IReadOnlyList<SummationTree>, SummationTree> join) =>
        join([.. Enumerable.Range(0, terms).Chunk(block).Select(part => Chain(part.Select(SummationTree.Leaf)))]);

    /// <summary>One after the other.</summary>
    public static SummationTree Chain(IEnumerable<SummationTree> parts) => parts.Aggregate((sum, part) => SummationTree.Node(sum, part));

    /// <summary>Lane j and lane j + h, h halving: how a vector register is folded. Where the number is no power of two, the rest is added first.</summary>
    public static SummationTree Fold(IReadOnlyList<SummationTree> parts)
    {
        List<SummationTree> lanes = [.. parts];
        while (lanes.Count > 1)
        {
            int half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)lanes.Count) / 2;
            for (int j = 0; j + half < lanes.Count; j++)
            {
                lanes[j] = SummationTree.Node(lanes[j], lanes[j + half]);
            }

            lanes.RemoveRange(half, lanes.Count - half);
        }

        return lanes[0];
    }

    /// <summary>Neighbours first: 0 and 1, 2 and 3, then the sums of these.</summary>
    public static SummationTree Neighbours(IReadOnlyList<SummationTree> parts)
    {
        List<SummationTree> level = [.. parts];
        while (level.Count > 1)
        {
            level = [.. level.Chunk(2).Select(pair => pair.Length == 2 ? SummationTree.Node(pair) : pair[0])];
        }

        return level[0];
    }

    private static IEnumerable<(string Name, Func<SummationTree> Make)> Candidates(int terms)
    {
        yield return ("sequential, first to last (fma1's conv2d and linear; RepDL)", () => Sequential(terms));
        yield return ("sequential, last to first", () => Chain(Enumerable.Range(0, terms).Reverse().Select(SummationTree.Leaf)));
        yield return ("32 lanes, folded (fma1's LaneSum)", () => Lanes(terms, 32, Fold));
        yield return ("pairwise", () => Pairwise(terms));
        yield return ("pairwise, the first half the greater", () => Pairwise(terms, upper: true));
        yield return ("neighbours", () => Neighbours([.. Enumerable.Range(0, terms).Select(SummationTree.Leaf)]));
        (string Name, Func<IReadOnlyList<SummationTree>, SummationTree> Join)[] joins = [("folded", Fold), ("one after the other", Chain), ("neighbours first", Neighbours)];
        for (int size = 2; size <= Math.Min(terms - 1, LargestBlock); size++)
        {
            int width = size;
            foreach ((string joined, Func<IReadOnlyList<SummationTree>, SummationTree> join) in joins)
            {
                if (int.IsPow2(size))
                {
                    yield return (string.Create(CultureInfo.InvariantCulture, $"{width} lanes, {joined}"), () => Lanes(terms, width, join));
                }

                if (int.IsPow2(size) || terms <= 512)
                {
                    yield return (string.Create(CultureInfo.InvariantCulture, $"blocks of {width}, {joined}"), () => Blocks(terms, width, join));
                }
            }
        }
    }

    private static SummationTree Halves(ReadOnlySpan<SummationTree> parts, bool upper)
    {
        if (parts.Length == 1)
        {
            return parts[0];
        }

        int first = (parts.Length + (upper ? 1 : 0)) / 2;
        return SummationTree.Node(Halves(parts[..first], upper), Halves(parts[first..], upper));
    }

    private static IEnumerable<SummationTree> Every(int first, int step, int terms)
    {
        for (int i = first; i < terms; i += step)
        {
            yield return SummationTree.Leaf(i);
        }
    }
}

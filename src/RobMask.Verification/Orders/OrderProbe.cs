namespace RobMask.Verification.Orders;

/// <summary>Reveals the order of a sum by asking: what is left of ones beside a huge term and its negative?</summary>
/// <remarks>
/// Xie, Gao, Wang and Xue, «Revealing Floating-Point Accumulation Orders in Software/Hardware Implementations», USENIX ATC 2025 (FPRev). With term i
/// huge, term j its negative and ones elsewhere, a one that meets the huge partial sum is lost; those that are added after the two have cancelled remain.
/// So terms − result is the number of terms under the lowest common node of i and j. All terms that meet the least term of a set
/// at the same node form a subtree; each is found in the same way.
/// </remarks>
public sealed class OrderProbe
{
    private const int MostCalls = 200_000;
    private readonly IAccumulation _box;
    private readonly float _huge;
    private readonly float _unit;
    private readonly float[] _ones;
    private float _whole;

    /// <summary>Prepares probes.</summary>
    /// <param name="box">What is asked.</param>
    /// <param name="huge">A number beside which all units together are lost, also in double.</param>
    /// <param name="unit">What stands for one.</param>
    public OrderProbe(IAccumulation box, float huge = 1.2676506e30f, float unit = 1)
    {
        ArgumentNullException.ThrowIfNull(box);
        _box = box;
        _huge = huge;
        _unit = unit;
        _ones = [.. Enumerable.Repeat(1f, box.Terms)];
    }

    /// <summary>Calls made so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Finds the tree.</summary>
    /// <exception cref="OrderNotFoundException">The answers are not those of a tree of rounded sums.</exception>
    public SummationTree Reveal()
    {
        if (_box.Terms == 1)
        {
            return SummationTree.Leaf(0);
        }

        _whole = Ask([(-1, -1)])[0];
        if (!(_whole > 0))
        {
            throw new OrderNotFoundException($"{_box.Terms} units add up to {_whole}");
        }

        return Build([.. Enumerable.Range(0, _box.Terms)], int.MaxValue).Tree;
    }

    // A tree of the set, and the terms under the lowest node of the whole tree that holds the set; at the node with so
    // many terms as the limit the set meets what is outside it.
    private (SummationTree Tree, int Under) Build(int[] set, int limit)
    {
        int first = set[0];
        SummationTree tree = SummationTree.Leaf(first);
        int under = 1;
        if (set.Length == 1)
        {
            return (tree, under);
        }

        int[] common = Common(first, set.AsSpan(1));
        foreach (IGrouping<int, int> group in set.Skip(1).Zip(common).GroupBy(pair => pair.Second, pair => pair.First).OrderBy(group => group.Key))
        {
            int joined = group.Key;
            (SummationTree part, int partUnder) = Build([.. group], joined);
            if (partUnder > joined || (joined != limit && tree.Terms + part.Terms != joined))
            {
                throw new OrderNotFoundException($"terms {first} and {part.LeastTerm} meet at {joined} terms, but {tree.Terms} + {part.Terms} are known to be under that node");
            }

            // Where the group's own lowest node is this node too, it adds all of them at once.
            tree = partUnder == joined && !part.IsLeaf ? SummationTree.Node([tree, .. part.Children]) : SummationTree.Node(tree, part);
            under = joined;
        }

        return (tree, under);
    }

    private int[] Common(int first, ReadOnlySpan<int> others)
    {
        (int, int)[] pairs = new (int, int)[others.Length];
        for (int i = 0; i < others.Length; i++)
        {
            pairs[i] = (first, others[i]);
        }

        float[] left = Ask(pairs);
        int[] common = new int[left.Length];
        for (int i = 0; i < left.Length; i++)
        {
            // Means divide by the number of terms; the whole tells by how much.
            double remaining = left[i] / (double)_whole * _box.Terms;
            int count = (int)Math.Round(remaining);
            common[i] = Math.Abs(remaining - count) < 0.01 && count >= 0 && count <= _box.Terms - 2
                ? _box.Terms - count
                : throw new OrderNotFoundException($"with term {pairs[i].Item1} huge, term {pairs[i].Item2} its negative and {_box.Terms - 2} units, {left[i]} is left; a tree of rounded sums leaves a whole number of units");
        }

        return common;
    }

    private float[] Ask(ReadOnlySpan<(int Huge, int Negative)> pairs)
    {
        float[] answers = new float[pairs.Length];
        float[] terms = new float[_box.Sums * _box.Terms];
        for (int done = 0; done < pairs.Length; done += _box.Sums)
        {
            if (++Calls > MostCalls)
            {
                throw new OrderNotFoundException($"more than {MostCalls} calls were needed");
            }

            Array.Fill(terms, _unit);
            int count = Math.Min(_box.Sums, pairs.Length - done);
            for (int i = 0; i < count; i++)
            {
                (int huge, int negative) = pairs[done + i];
                if (huge >= 0)
                {
                    terms[(i * _box.Terms) + huge] = _huge;
                    terms[(i * _box.Terms) + negative] = -_huge;
                }
            }

            _box.Add(terms, _ones).AsSpan(0, count).CopyTo(answers.AsSpan(done));
        }

        return answers;
    }
}

/// <summary>The answers of a black box are not those of any summation tree.</summary>
public sealed class OrderNotFoundException : Exception
{
    /// <summary>Says what was seen.</summary>
    public OrderNotFoundException(string message)
        : base(message)
    {
    }
}

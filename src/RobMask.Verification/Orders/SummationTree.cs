using System.Globalization;
using System.Text;

namespace RobMask.Verification.Orders;

/// <summary>The order in which the terms of a sum are added: a leaf is a term, a node the rounded sum of its children.</summary>
/// <remarks>
/// Addition commutes, so the order of children means nothing; they are kept by their least term. A node of more than two
/// children is one that adds them at once, as a tensor core does. Trees of long chains are deep: nothing here recurses.
/// </remarks>
public sealed class SummationTree
{
    private SummationTree(int term, IReadOnlyList<SummationTree> children, int leastTerm, int terms)
    {
        Term = term;
        Children = children;
        LeastTerm = leastTerm;
        Terms = terms;
    }

    /// <summary>The term of a leaf; −1 for a node.</summary>
    public int Term { get; }

    /// <summary>What a node adds; empty for a leaf.</summary>
    public IReadOnlyList<SummationTree> Children { get; }

    /// <summary>The least term under this.</summary>
    public int LeastTerm { get; }

    /// <summary>The number of terms under this.</summary>
    public int Terms { get; }

    /// <summary>Whether this is a term.</summary>
    public bool IsLeaf => Term >= 0;

    /// <summary>A term.</summary>
    public static SummationTree Leaf(int term) => new(term, [], term, 1);

    /// <summary>A sum.</summary>
    /// <exception cref="ArgumentException">There are fewer than two children.</exception>
    public static SummationTree Node(params IEnumerable<SummationTree> children)
    {
        SummationTree[] sorted = [.. children.OrderBy(child => child.LeastTerm)];
        return sorted.Length >= 2
            ? new SummationTree(-1, sorted, sorted[0].LeastTerm, sorted.Sum(child => child.Terms))
            : throw new ArgumentException($"summation tree: a node adds at least 2 children, not {sorted.Length}", nameof(children));
    }

    /// <summary>The tree's nodes and leaves, children before their parents.</summary>
    public IReadOnlyList<SummationTree> InOrder()
    {
        List<SummationTree> order = [];
        Stack<SummationTree> open = new([this]);
        while (open.TryPop(out SummationTree? tree))
        {
            order.Add(tree);
            foreach (SummationTree child in tree.Children)
            {
                open.Push(child);
            }
        }

        order.Reverse();
        return order;
    }

    /// <summary>The greatest number of additions that a term passes through.</summary>
    public int Height()
    {
        Dictionary<SummationTree, int> heights = new(ReferenceEqualityComparer.Instance);
        foreach (SummationTree tree in InOrder())
        {
            heights[tree] = tree.IsLeaf ? 0 : 1 + tree.Children.Max(child => heights[child]);
        }

        return heights[this];
    }

    /// <summary>Whether two trees add the same terms in the same order.</summary>
    public bool IsSameAs(SummationTree other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Stack<(SummationTree Left, SummationTree Right)> open = new([(this, other)]);
        while (open.TryPop(out (SummationTree Left, SummationTree Right) pair))
        {
            if (pair.Left.Term != pair.Right.Term || pair.Left.Terms != pair.Right.Terms || pair.Left.Children.Count != pair.Right.Children.Count)
            {
                return false;
            }

            for (int i = 0; i < pair.Left.Children.Count; i++)
            {
                open.Push((pair.Left.Children[i], pair.Right.Children[i]));
            }
        }

        return true;
    }

    /// <summary>The tree as nested brackets: (0+1)+2 is [[0,1],2].</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        Stack<object> open = new([this]);
        while (open.TryPop(out object? next))
        {
            if (next is string separator)
            {
                text.Append(separator);
            }
            else if (next is SummationTree { IsLeaf: true } leaf)
            {
                text.Append(CultureInfo.InvariantCulture, $"{leaf.Term}");
            }
            else if (next is SummationTree node)
            {
                open.Push("]");
                for (int i = node.Children.Count - 1; i >= 0; i--)
                {
                    open.Push(node.Children[i]);
                    open.Push(i == 0 ? "[" : ",");
                }
            }
        }

        return text.ToString();
    }
}

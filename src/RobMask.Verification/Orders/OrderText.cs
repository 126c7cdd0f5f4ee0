using System.Globalization;

namespace RobMask.Verification.Orders;

/// <summary>Trees as short text: «0..63» is a chain, term after term; «0..60:4» one of every fourth; brackets hold what is added first.</summary>
public static class OrderText
{
    /// <summary>The text of a tree.</summary>
    public static string Of(SummationTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);

        // Down the spine of a chain: what is added last comes first here.
        List<int> added = [];
        SummationTree start = tree;
        while (start.Children.Count == 2 && start.Children.Count(child => child.IsLeaf) == 1)
        {
            int leaf = start.Children[0].IsLeaf ? 0 : 1;
            added.Add(start.Children[leaf].Term);
            start = start.Children[1 - leaf];
        }

        added.Reverse();
        if (start.IsLeaf)
        {
            return Runs([start.Term, .. added]);
        }

        if (start.Children.Count == 2 && start.Children.All(child => child.IsLeaf))
        {
            return Runs([start.Children[0].Term, start.Children[1].Term, .. added]);
        }

        string inner = string.Join(start.Children.Count == 2 ? " + " : " & ", start.Children.Select(child => child.IsLeaf ? Text(child.Term) : $"({Of(child)})"));
        return added.Count == 0 ? inner : $"({inner}) + {Runs(added)}";
    }

    private static string Runs(List<int> terms)
    {
        List<string> runs = [];
        int start = 0;
        while (start < terms.Count)
        {
            int end = start + 1;
            int step = end < terms.Count ? terms[end] - terms[start] : 0;
            while (end < terms.Count && terms[end] - terms[end - 1] == step)
            {
                end++;
            }

            if (end - start < 3)
            {
                runs.Add(Text(terms[start]));
                start++;
                continue;
            }

            runs.Add($"{Text(terms[start])}..{Text(terms[end - 1])}{(step == 1 ? string.Empty : $":{Text(step)}")}");
            start = end;
        }

        return string.Join(" + ", runs);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

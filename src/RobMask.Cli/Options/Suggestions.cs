namespace RobMask.Cli.Options;

/// <summary>Finds what a user may have meant.</summary>
internal static class Suggestions
{
    /// <summary>« Did you mean …?», with a leading blank, or nothing where no known name is near.</summary>
    public static string For(string given, IEnumerable<string> known)
    {
        string[] near = [.. known
            .Select(name => (Name: name, Distance: Near(given, name)))
            .Where(pair => pair.Distance <= Math.Max(2, given.Length / 3))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Name, StringComparer.Ordinal)
            .Take(2)
            .Select(pair => pair.Name)];
        return near.Length == 0 ? string.Empty : $" Did you mean {string.Join(" or ", near)}?";
    }

    // A part of a name counts as near: «resnet» means «preact_resnet18» or «wide_resnet».
    private static int Near(string given, string name) =>
        given.Length >= 3 && name.Contains(given, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(given.ToUpperInvariant(), name.ToUpperInvariant());

    // Levenshtein's distance, one row at a time.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}

namespace RobMask.Cli.Terminal;

/// <summary>A table in plain text: the first column to the left, the others to the right.</summary>
internal static class TextTable
{
    public static void Write(TextWriter output, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> lines = [head, .. rows];
        int[] widths = [.. Enumerable.Range(0, head.Count).Select(column => lines.Max(line => line[column].Length))];
        for (int i = 0; i < lines.Count; i++)
        {
            output.WriteLine(string.Join("  ", lines[i].Select((text, column) => column == 0 ? text.PadRight(widths[0]) : text.PadLeft(widths[column]))).TrimEnd());
            if (i == 0)
            {
                output.WriteLine(string.Join("  ", widths.Select(width => new string('─', width))));
            }
        }
    }
}

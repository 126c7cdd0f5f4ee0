using System.Globalization;
using RobMask.Experiments.Results;

namespace RobMask.Cli.Terminal;

/// <summary>The trade-off curve drawn in text.</summary>
internal static class TextCurve
{
    private const int Rows = 13;
    private const int Columns = 56;

    public static void Write(TextWriter output, TradeoffCurve curve)
    {
        char[][] grid = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Repeat(' ', Columns).ToArray())];
        double low = Math.Floor(curve.Points.Min(point => Math.Min(point.Clean.Fraction, point.Robust.Fraction)) * 10) / 10;
        double high = Math.Max(low + 0.1, Math.Ceiling(curve.Points.Max(point => Math.Max(point.Clean.Fraction, point.Robust.Fraction)) * 10) / 10);
        double first = curve.Points[0].Alpha;
        double last = curve.Points[^1].Alpha;
        foreach (TradeoffPoint point in curve.Points)
        {
            int column = (int)Math.Round((point.Alpha - first) / (last - first) * (Columns - 1));
            int clean = Row(point.Clean.Fraction);
            int robust = Row(point.Robust.Fraction);
            grid[robust][column] = '×';
            grid[clean][column] = clean == robust ? '⊗' : 'o';
        }

        output.WriteLine($"Accuracy along α·clean mask + (1 − α)·adversarial mask of {curve.Network}   o clean   × {curve.Attack}");
        for (int row = 0; row < Rows; row++)
        {
            string label = row % 4 == 0 ? ((high - ((high - low) * row / (Rows - 1))) * 100).ToString("0", CultureInfo.InvariantCulture) + " %" : string.Empty;
            output.WriteLine($"{label,7} │ {new string(grid[row]).TrimEnd()}");
        }

        output.WriteLine(new string(' ', 8) + "└" + new string('─', Columns + 1));
        string left = $"α = {Number(first)}, adversarial";
        output.WriteLine(new string(' ', 10) + left + $"α = {Number(last)}, clean".PadLeft(Columns - left.Length));

        int Row(double value) => (int)Math.Round((high - value) / (high - low) * (Rows - 1));
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}

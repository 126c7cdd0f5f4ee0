using System.Globalization;
using RobMask.Experiments.Reporting;

namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>A histogram of error / bound as SVG; bars by the logarithm of their counts, those beyond the bound in another colour.</summary>
internal static class GaugePlot
{
    private const int BarWidth = 56;
    private const int BarHeight = 150;
    private const int Left = 14;
    private const int Top = 26;

    public static string Render(string title, IReadOnlyList<long> counts)
    {
        string words = string.Join(", ", counts.Select((count, bin) => (count, bin)).Where(pair => pair.count > 0).Select(pair => $"{VerdictText.Bin(pair.bin)}: {pair.count}"));
        SvgWriter svg = new((2 * Left) + (counts.Count * BarWidth), Top + BarHeight + 40, title, words.Length == 0 ? "no element" : words);
        double most = Math.Log(1 + counts.Max());
        int floor = Top + BarHeight;
        svg.Line(Left, floor, Left + (counts.Count * BarWidth), floor, "axis");
        for (int bin = 0; bin < counts.Count; bin++)
        {
            double x = Left + (bin * BarWidth);
            svg.Text(x + (BarWidth / 2.0), floor + 16, VerdictText.Bin(bin), "middle");
            if (counts[bin] == 0)
            {
                continue;
            }

            double height = Math.Max(2, BarHeight * Math.Log(1 + counts[bin]) / most);
            svg.Rectangle(x + 4, floor - height, BarWidth - 8, height, GaugeHistogram.IsBeyond(bin) ? "mark s1" : "mark s0", string.Create(CultureInfo.InvariantCulture, $"{VerdictText.Bin(bin)}: {counts[bin]}"));
            svg.Text(x + (BarWidth / 2.0), floor - height - 5, Short(counts[bin]), "middle");
        }

        svg.Text(Left + (counts.Count * BarWidth / 2.0), floor + 36, "error / bound", "middle", "title");
        return svg.Finish();
    }

    private static string Short(long count) => count < 10_000 ? count.ToString(CultureInfo.InvariantCulture)
        : count < 10_000_000 ? (count / 1000).ToString(CultureInfo.InvariantCulture) + "k"
        : (count / 1_000_000).ToString(CultureInfo.InvariantCulture) + "M";
}

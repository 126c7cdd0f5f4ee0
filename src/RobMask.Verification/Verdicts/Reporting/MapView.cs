using RobMask.Experiments.Reporting;
using RobMask.Verification.Verdicts.Details;

namespace RobMask.Verification.Verdicts.Reporting;

/// <summary>Error maps as pictures: dark where nothing is wrong, yellow at the bound, orange beyond it, grey where undecided.</summary>
internal static class MapView
{
    // The least error / bound that is told from none: colours are by its logarithm.
    private const double Least = -6;
    private static readonly Colour Beyond = new(222, 66, 33);

    public static void Write(HtmlWriter html, ErrorMaps maps)
    {
        if (maps.Pictures.Count == 0)
        {
            return;
        }

        html.Element("p", "Error / bound, the greatest of each cell: dark none, yellow at the bound, red beyond it, grey undecided.", "soft");
        html.Element("div", () =>
        {
            foreach (ErrorMap map in maps.Pictures)
            {
                html.Element("figure", () =>
                {
                    int scale = Math.Clamp(192 / Math.Max(map.Height, map.Width), 2, 24);
                    string words = $"error / bound {map.Title}";
                    html.Raw($"<img alt=\"{SvgWriter.Escape(words)}\" style=\"width:{map.Width * scale}px;height:{map.Height * scale}px;border-radius:0\" src=\"{Picture(map)}\">");
                    html.Element("figcaption", $"{map.Title}: {map.Rows} × {map.Columns}");
                });
            }
        }, "samples");
    }

    private static string Picture(ErrorMap map)
    {
        byte[] pixels = new byte[3 * map.Gauges.Count];
        for (int i = 0; i < map.Gauges.Count; i++)
        {
            Colour colour = Cell(map.Gauges[i]);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (colour.Red, colour.Green, colour.Blue);
        }

        return HtmlWriter.DataUri(PngEncoder.Encode(pixels, map.Width, map.Height, 3));
    }

    private static Colour Cell(float gauge) => gauge > 1 ? Beyond
        : float.IsNaN(gauge) ? Colour.Sequential(double.NaN)
        : gauge == 0 ? Colour.Sequential(0)
        : Colour.Sequential(0.15 + (0.85 * Math.Clamp((Math.Log10(gauge) - Least) / -Least, 0, 1)));
}

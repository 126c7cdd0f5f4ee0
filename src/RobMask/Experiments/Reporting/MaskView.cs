using RobMask.Experiments.Results;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws masks as strips, one pixel a channel: γ and openness of each mask, and their difference.</summary>
internal static class MaskView
{
    public static void Write(HtmlWriter html, MaskPicture picture)
    {
        html.Element("h3", $"Masks of {picture.Network}, seed {picture.Seed}");
        html.Element("p", $"One strip a mask, one cell a channel. Openness is the fraction of positions that the mask lets through, and differing bits the fraction that only one of the two masks lets through, both counted on the same {picture.Images} images. The cosine is that of the two masks' γ.");
        html.Raw("<p class=\"soft\">openness 0 " + Key(Colour.Sequential, 0) + " 1 &nbsp; γ −max " + Key(Colour.Signed, -1) + " +max</p>");
        html.Raw("<div class=\"scroll\"><table class=\"strips\"><tbody>");
        foreach (MaskLayer layer in picture.Layers)
        {
            Layer(html, picture, layer);
        }

        html.Raw("</tbody></table></div>");
        html.Table(
            "The first two masks compared",
            ["layer", "channels", "cosine of γ", "differing bits", .. picture.Masks.Select(mask => "openness, " + mask)],
            picture.Layers.Select(layer => (IReadOnlyList<string>)
            [
                layer.Name, $"{layer.Gamma[0].Length}", ReportText.Number(layer.Cosine), ReportText.Percent(layer.DifferingBits), .. layer.Openness.Select(one => ReportText.Percent(one.Average())),
            ]));
    }

    private static void Layer(HtmlWriter html, MaskPicture picture, MaskLayer layer)
    {
        double greatest = Math.Max(1e-12, layer.Gamma.Max(gamma => gamma.Max(value => Math.Abs((double)value))));
        html.Raw($"<tr class=\"layer\"><th colspan=\"3\" scope=\"rowgroup\">{SvgWriter.Escape(layer.Name)} <span class=\"soft\">max |γ| = {ReportText.Number(greatest)}</span></th></tr>");
        for (int i = 0; i < picture.Masks.Count; i++)
        {
            Row(html, "γ", picture.Masks[i], [.. layer.Gamma[i].Select(value => Colour.Signed(value / greatest))], $"γ of {picture.Masks[i]} in {layer.Name}");
        }

        for (int i = 0; i < layer.Openness.Count; i++)
        {
            Row(html, "openness", picture.Masks[i], [.. layer.Openness[i].Select(Colour.Sequential)], $"openness of {picture.Masks[i]} in {layer.Name}, mean {ReportText.Percent(layer.Openness[i].Average())}");
        }

        if (layer.Openness.Count >= 2)
        {
            Row(html, "difference", $"{picture.Masks[0]} − {picture.Masks[1]}", [.. layer.Openness[0].Zip(layer.Openness[1]).Select(pair => Colour.Signed(pair.First - pair.Second))], $"difference of openness in {layer.Name}");
        }
    }

    private static void Row(HtmlWriter html, string quantity, string mask, Colour[] cells, string words) =>
        html.Raw($"<tr><td>{quantity}</td><td>{SvgWriter.Escape(mask)}</td><td class=\"wide\"><img class=\"strip\" alt=\"{SvgWriter.Escape(words)}\" src=\"{Strip(cells)}\"></td></tr>");

    private static string Strip(Colour[] cells) =>
        HtmlWriter.DataUri(PngEncoder.Encode([.. cells.SelectMany(cell => new[] { cell.Red, cell.Green, cell.Blue })], cells.Length, 1, 3));

    private static string Key(Func<double, Colour> scale, double low)
    {
        Colour[] cells = [.. Enumerable.Range(0, 32).Select(i => scale(low + (i / 31.0 * (1 - low))))];
        return $"<img class=\"key\" alt=\"\" src=\"{Strip(cells)}\">";
    }
}

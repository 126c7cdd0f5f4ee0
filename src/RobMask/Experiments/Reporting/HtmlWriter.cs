using System.Text;

namespace RobMask.Experiments.Reporting;

/// <summary>Writes HTML: text is always escaped, markup is written only by these methods.</summary>
public sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends markup as it is; for pictures that <see cref="SvgWriter"/> made.</summary>
    public void Raw(string markup) => _text.Append(markup).Append('\n');

    /// <summary>Writes an element that holds text.</summary>
    public void Element(string name, string text, string? style = null) =>
        _text.Append(Open(name, style)).Append(SvgWriter.Escape(text)).Append("</").Append(name).Append(">\n");

    /// <summary>Writes an element around what <paramref name="body"/> writes.</summary>
    public void Element(string name, Action body, string? style = null)
    {
        _text.Append(Open(name, style)).Append('\n');
        body();
        _text.Append("</").Append(name).Append(">\n");
    }

    /// <summary>Writes a picture with its caption.</summary>
    public void Figure(string svg, string caption) => Element("figure", () =>
    {
        Raw("<div class=\"scroll\">" + svg + "</div>");
        Element("figcaption", caption);
    });

    /// <summary>Writes a table; columns from <paramref name="numbersFrom"/> on are set to the right.</summary>
    public void Table(string caption, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, int numbersFrom = 1)
    {
        _text.Append("<div class=\"scroll\"><table>");
        Element("caption", caption);
        _text.Append("<thead><tr>");
        for (int i = 0; i < head.Count; i++)
        {
            _text.Append(i >= numbersFrom ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">").Append(SvgWriter.Escape(head[i])).Append("</th>");
        }

        _text.Append("</tr></thead><tbody>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            _text.Append("<tr>");
            for (int i = 0; i < row.Count; i++)
            {
                _text.Append(i >= numbersFrom ? "<td class=\"n\">" : "<td>").Append(Cell(row[i])).Append("</td>");
            }

            _text.Append("</tr>\n");
        }

        _text.Append("</tbody></table></div>\n");
    }

    /// <summary>A PNG file as the address of an image.</summary>
    public static string DataUri(byte[] png) => "data:image/png;base64," + Convert.ToBase64String(png);

    /// <summary>What was written.</summary>
    public override string ToString() => _text.ToString();

    private static string Open(string name, string? style) => style is null ? $"<{name}>" : $"<{name} class=\"{style}\">";

    // «87.4 % [85.2, 89.4]»: the interval is set smaller, so that the figures stand out.
    private static string Cell(string text)
    {
        int bracket = text.IndexOf(" [", StringComparison.Ordinal);
        return bracket < 0
            ? SvgWriter.Escape(text)
            : $"{SvgWriter.Escape(text[..bracket])} <span class=\"range\">{SvgWriter.Escape(text[(bracket + 1)..])}</span>";
    }
}

using System.Globalization;
using System.Net;
using System.Text;

namespace RobMask.Experiments.Reporting;

/// <summary>Writes a picture as inline SVG. Colours come from the page's style sheet, so that one picture serves light, dark and print.</summary>
public sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Starts a picture with a title and a description for those who do not see it.</summary>
    public SvgWriter(int width, int height, string title, string description)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{Escape(title)}\">");
        _text.Append("<title>").Append(Escape(title)).Append("</title><desc>").Append(Escape(description)).Append("</desc>");
    }

    /// <summary>Text made safe for HTML and SVG, attributes included.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Draws a line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" class=\"{style}\"/>");

    /// <summary>Draws a rectangle, with a title where there is one.</summary>
    public void Rectangle(double x, double y, double width, double height, string style, string? title = null)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" class=\"{style}\"");
        End("rect", title);
    }

    /// <summary>Draws lines through points.</summary>
    public void Path(IReadOnlyList<(double X, double Y)> points, bool closed, string style)
    {
        if (points.Count == 0)
        {
            return;
        }

        _text.Append("<path d=\"");
        for (int i = 0; i < points.Count; i++)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{points[i].X:0.##} {points[i].Y:0.##}");
        }

        _text.Append(closed ? "Z\"" : "\"").Append(CultureInfo.InvariantCulture, $" class=\"{style}\"/>");
    }

    /// <summary>Draws a marker: 0 a circle, 1 a diamond, 2 a square, 3 a triangle, then again.</summary>
    public void Marker(double x, double y, int kind, string style, string? title = null)
    {
        const double r = 4.5;
        string shape = (kind % 4) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{r:0.##}\""),
            1 => Polygon((x, y - r - 1), (x + r + 1, y), (x, y + r + 1), (x - r - 1, y)),
            2 => Polygon((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)),
            _ => Polygon((x, y - r - 1), (x + r + 1, y + r), (x - r - 1, y + r)),
        };
        _text.Append(shape).Append(CultureInfo.InvariantCulture, $" class=\"{style}\"");
        End(shape[1..shape.IndexOf(' ', StringComparison.Ordinal)], title);
    }

    /// <summary>Writes text; <paramref name="anchor"/> is «start», «middle» or «end».</summary>
    public void Text(double x, double y, string text, string anchor = "start", string style = "label", bool upright = true)
    {
        string turn = upright ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate(-90 {x:0.##} {y:0.##})\"");
        _text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\" class=\"{style}\"{turn}>{Escape(text)}</text>");
    }

    /// <summary>Ends the picture and returns it.</summary>
    public string Finish() => _text.Append("</svg>").ToString();

    private static string Polygon(params ReadOnlySpan<(double X, double Y)> points)
    {
        StringBuilder text = new("<polygon points=\"");
        foreach ((double x, double y) in points)
        {
            text.Append(CultureInfo.InvariantCulture, $"{x:0.##},{y:0.##} ");
        }

        return text.Append('"').ToString();
    }

    private void End(string element, string? title)
    {
        if (title is null)
        {
            _text.Append("/>");
        }
        else
        {
            _text.Append("><title>").Append(Escape(title)).Append("</title></").Append(element).Append('>');
        }
    }
}

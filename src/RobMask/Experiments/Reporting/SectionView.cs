using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws one section of a report.</summary>
internal static class SectionView
{
    public static void Write(HtmlWriter html, ReportSection section, RunFolder folder)
    {
        html.Raw($"<section id=\"{SvgWriter.Escape(section.Id)}\">");
        html.Element("h2", section.Title);
        foreach (string paragraph in section.Text)
        {
            html.Element("p", paragraph);
        }

        foreach (Finding finding in section.Findings)
        {
            Finding(html, finding);
        }

        if (section.Curves.Count > 0)
        {
            CurveView.Write(html, section.Curves, section.Landmarks);
        }

        if (section.Measurements.Count > 0)
        {
            AccuracyView.Write(html, section.Measurements);
        }

        if (section.Differences.Count > 0)
        {
            Differences(html, section.Differences);
        }

        foreach (MaskPicture picture in section.Masks)
        {
            MaskView.Write(html, picture);
        }

        if (section.Samples.Count > 0)
        {
            SampleView.Write(html, section.Samples, folder);
        }

        html.Raw("</section>");
    }

    private static void Finding(HtmlWriter html, Finding finding)
    {
        (string style, string word) = finding.Verdict switch
        {
            Verdict.Shown => ("shown", "Shown"),
            Verdict.NotShown => ("notshown", "Not shown"),
            _ => ("undecided", "Undecided"),
        };
        html.Raw($"<div class=\"finding {style}\"><p><b>{word}</b>{SvgWriter.Escape(finding.Claim)}</p><p class=\"soft\">{SvgWriter.Escape(finding.Reason)}</p></div>");
    }

    private static void Differences(HtmlWriter html, IReadOnlyList<AccuracyDifference> differences) => html.Table(
        "Differences in percentage points, with 95 % intervals by paired bootstrap over the same images (and over seeds where there are several)",
        ["first − second", "condition", "difference", "images", "seeds"],
        differences.Select(one => (IReadOnlyList<string>)
        [
            $"{one.Left} − {one.Right}", one.Condition, ReportText.WithInterval(one.Mean, new(one.Low, one.High)), $"{one.Images}", $"{one.Seeds}",
        ]),
        numbersFrom: 2);
}

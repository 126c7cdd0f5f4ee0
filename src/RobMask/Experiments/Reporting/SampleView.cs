using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;

namespace RobMask.Experiments.Reporting;

/// <summary>Draws test images beside what an attack made of them.</summary>
internal static class SampleView
{
    public static void Write(HtmlWriter html, IReadOnlyList<SamplePicture> samples, RunFolder folder)
    {
        html.Element("p", "From the left: the image, the attacked image, and the perturbation amplified about mid-grey, so that ±ε is black and white.");
        foreach (IGrouping<string, SamplePicture> group in samples.GroupBy(sample => $"{sample.Network}, {sample.Attack}"))
        {
            html.Element("h3", group.Key);
            html.Element("div", () =>
            {
                foreach (SamplePicture sample in group)
                {
                    One(html, sample, folder);
                }
            }, "samples");
        }
    }

    private static void One(HtmlWriter html, SamplePicture sample, RunFolder folder) => html.Element("figure", () =>
    {
        html.Raw(Image(folder, sample.Original, $"test image {sample.Index}, {sample.TrueClass}")
            + Image(folder, sample.Perturbed, $"the same under {sample.Attack}, seen as {sample.AttackedClass}")
            + Image(folder, sample.Perturbation, "its perturbation, amplified"));
        html.Raw($"<figcaption>{SvgWriter.Escape(sample.TrueClass)}: seen as {Says(sample.CleanClass, sample)}, attacked as {Says(sample.AttackedClass, sample)}<br>‖δ‖∞ = {ReportText.Number(sample.NormLinf)}, ‖δ‖₂ = {ReportText.Number(sample.NormL2)}</figcaption>");
    });

    private static string Image(RunFolder folder, string name, string words)
    {
        string path = Path.Combine(folder.Samples, name);
        return File.Exists(path)
            ? $"<img alt=\"{SvgWriter.Escape(words)}\" src=\"{HtmlWriter.DataUri(File.ReadAllBytes(path))}\">"
            : throw new FileNotFoundException($"run folder: the sample {path} is missing");
    }

    private static string Says(string name, SamplePicture sample) =>
        $"<span class=\"{(name == sample.TrueClass ? "right" : "wrong")}\">{SvgWriter.Escape(name)}</span>";
}

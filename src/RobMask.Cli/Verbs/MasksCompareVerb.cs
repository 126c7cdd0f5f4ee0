using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Runs;
using RobMask.Masking;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>masks compare</c>.</summary>
internal static class MasksCompareVerb
{
    private sealed record Pair
    {
        public string First { get; init; } = "0";

        public string Second { get; init; } = "1";

        public int Images { get; init; } = 200;
    }

    public static Verb Create(Shell shell)
    {
        ModelBuilder model = new(mask: false, statistics: false);
        OptionSet<Pair> pair = new OptionSet<Pair>("Masks")
            .Add("--first", "MASK", "clean, adversarial, average, deployed, a number or coefficients (default 0)", Values.Text, (s, v) => s with { First = v })
            .Add("--second", "MASK", "the other mask (default 1)", Values.Text, (s, v) => s with { Second = v })
            .Add("--images", "N", "test images that the bits are counted on (default 200)", Values.Whole(1), (s, v) => s with { Images = v });
        return new Verb(
            "compare",
            "how two masks of a network differ, layer by layer",
            "Compares two masks of one network on the same test images: openness (the fraction of positions let through), differing bits, and the cosine and distances of γ and β, for each rescaling layer.",
            ("the clean and the adversarial mask of a split network", "robmask masks compare -m runs/demo/checkpoints/split.safetensors"),
            ("RobMask's primary masks with its test mask", "robmask masks compare -m runs/demo/checkpoints/robmask.safetensors --first 0 --second deployed"))
            .With([.. model.Groups[..1], pair, .. model.Groups[1..]])
            .Does(parsed =>
            {
                using Opened opened = model.Open(shell, parsed);
                return Run(shell, opened, pair.Apply(parsed, new Pair()));
            });
    }

    private static int Run(Shell shell, Opened opened, Pair pair)
    {
        DeployedNetwork first = ModelChoice.Deploy(opened.File, pair.First);
        DeployedNetwork second = ModelChoice.Deploy(opened.File, pair.Second);
        IReadOnlyList<LayerComparison> layers = MaskComparison.Compare(
            opened.Engine, opened.File.Model, first.Mask, second.Mask, opened.Data.Test, pair.Images, first.StatisticsSet, second.StatisticsSet, opened.Choice.BatchSize, shell.Cancellation);
        if (opened.Json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { first = first.Description, second = second.Description, images = Math.Min(pair.Images, opened.Data.Test.Count), layers }, RunJson.File));
            return ExitCodes.Done;
        }

        shell.Output.WriteLine($"{first.Description} against {second.Description}, on {Math.Min(pair.Images, opened.Data.Test.Count)} test images");
        TextTable.Write(
            shell.Output,
            ["layer", "channels", "open, first", "open, second", "differing bits", "cosine of γ", "|Δγ|", "|Δβ|"],
            layers.Select(layer => (IReadOnlyList<string>)
            [
                layer.Name, $"{layer.Channels}", ReportText.Percent(layer.FirstMeanOpenness), ReportText.Percent(layer.SecondMeanOpenness), ReportText.Percent(layer.DifferingBits),
                ReportText.Number(layer.GammaCosine), ReportText.Number(layer.GammaDistance), ReportText.Number(layer.BetaDistance),
            ]));
        return ExitCodes.Done;
    }
}

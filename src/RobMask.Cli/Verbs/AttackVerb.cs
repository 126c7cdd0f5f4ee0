using System.Text.Json;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Experiments.Reporting;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Statistics;
using RobMask.Experiments.Suite;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary><c>attack</c>.</summary>
internal static class AttackVerb
{
    private sealed record Extent
    {
        public int? Images { get; init; }

        public string? Input { get; init; }

        public string Output { get; init; } = "adversarial.safetensors";
    }

    public static Verb Create(Shell shell)
    {
        ModelBuilder model = new();
        OptionSet<Extent> extent = new OptionSet<Extent>("Images")
            .Add("--images", "N", "attack the first so many test images (default 100; with --in all)", Values.Whole(1), (s, v) => s with { Images = v })
            .Add("--in", "FILE", "attack these instead of test images: «input» [N, C, H, W] and «target» [N], .safetensors or .npz", Values.Text, (s, v) => s with { Input = v })
            .Add("--out -o", "FILE", "where they are written (default adversarial.safetensors)", Values.Text, (s, v) => s with { Output = v });
        return new Verb(
            "attack",
            "write attacked images to a file",
            "Attacks test images and writes clean and attacked pixels, labels and predictions as safetensors, for other programs.",
            ("a hundred attacked images", "robmask attack -m runs/demo/checkpoints/standard.safetensors --images 100 --out attacked.safetensors"),
            ("the images of a file, with nothing random, for another implementation to compare its own with", "robmask attack -m model.safetensors --in batch.npz --no-random-start --keep last --out attacked.safetensors"),
            ("towards the least likely class, L2", "robmask attack -m model.safetensors --data cifar10 --norm l2 --epsilon 0.5 --target least-likely"))
            .With([.. model.Groups[..1], extent, .. model.Groups[1..]])
            .Does(parsed =>
            {
                Extent wanted = extent.Apply(parsed, new Extent());
                using Opened opened = model.Open(shell, parsed, wanted.Input is null ? null : BatchFile.Read(wanted.Input));
                return Run(shell, opened, wanted);
            });
    }

    private static int Run(Shell shell, Opened opened, Extent extent)
    {
        OutputFile.Require("--out", extent.Output, OutputFile.Safetensors, opened.Choice.Path, extent.Input);
        DeployedNetwork network = opened.Ready(opened.Choice.Deploy(opened.File));
        TextWriter messages = opened.Json ? shell.Error : shell.Output;
        IReadOnlyList<AttackedImage> images = AdversarialFile.Write(
            extent.Output, network, opened.Data.Test, extent.Images ?? (extent.Input is null ? 100 : int.MaxValue), opened.Attack, opened.Choice.Seed, new Relay<int>(done => messages.WriteLine($"{done} images attacked")), shell.Cancellation);
        Accuracy clean = new(images.Count(image => image.CleanPrediction == image.Label), images.Count);
        Accuracy attacked = new(images.Count(image => image.AttackedPrediction == image.Label), images.Count);
        if (opened.Json)
        {
            shell.Output.WriteLine(JsonSerializer.Serialize(new { file = Path.GetFullPath(extent.Output), network = network.Description, images = images.Count, cleanCorrect = clean.Correct, attackedCorrect = attacked.Correct, attack = opened.Attack }, RunJson.File));
        }
        else
        {
            shell.Output.WriteLine($"{network.Description}: {ReportText.WithInterval(clean)} right clean, {ReportText.WithInterval(attacked)} attacked; {opened.Attack.Describe()}");
            shell.Output.WriteLine($"written: {extent.Output}");
        }

        return ExitCodes.Done;
    }
}

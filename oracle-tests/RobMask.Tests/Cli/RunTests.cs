using System.Text.Json;
using RobMask.Cli;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary>Whole runs, small enough for a test.</summary>
public sealed class RunTests
{
    private static readonly string[] Results = ["metrics.jsonl", "evaluations.jsonl", "results.json", "config.json"];

    [Fact]
    public void Demo_ends_with_its_report_and_twice_gives_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string output = CommandLine.Succeed($"demo {CommandLine.Tiny} --alphas 0,0.5,1 --out {folder["a"]}");
        CommandLine.Succeed($"demo {CommandLine.Tiny} --alphas 0,0.5,1 --out {folder["b"]} --threads 1");

        Assert.Contains("Accuracy along α", output, StringComparison.Ordinal);
        foreach (string name in Results.Concat(Directory.GetFiles(folder["a", "checkpoints"]).Select(path => "checkpoints/" + Path.GetFileName(path))))
        {
            Assert.Equal(File.ReadAllBytes(folder["a", name]), File.ReadAllBytes(folder["b", name]));
        }

        string report = File.ReadAllText(folder["a", "report.html"]);
        Assert.All(["Four networks", "One network between two masks", "The two masks", "What the attack does", "Training", "Settings", "data:image/png;base64,"], part => Assert.Contains(part, report, StringComparison.Ordinal));
        Assert.DoesNotContain("<script", report, StringComparison.Ordinal);
        Assert.DoesNotContain("http", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_is_drawn_again_from_the_folder_alone()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --method split --out {folder["run"]}");
        string before = File.ReadAllText(folder["run", "report.html"]);
        File.Delete(folder["run", "report.html"]);
        CommandLine.Succeed($"report {folder["run"]}");
        Assert.Equal(before, File.ReadAllText(folder["run", "report.html"]));
    }

    [Fact]
    public void Interrupted_run_ends_with_the_bytes_of_an_uninterrupted_one()
    {
        using TemporaryFolder folder = new();
        const string Line = "demo " + CommandLine.Tiny + " --alphas 0,1";
        CommandLine.Succeed($"{Line} --out {folder["whole"]}");
        foreach (string moment in (string[])["adversarial: epoch 1/2", "split, α = 0", "robmask: epoch 2/2"])
        {
            using CancellationTokenSource source = new();
            using CancellingWriter output = new(source, moment);
            using StringWriter error = new();
            int code = Program.Run([.. Line.Split(' '), "--out", folder["parts"], .. Directory.Exists(folder["parts"]) ? ["--resume"] : Array.Empty<string>()], output, error, cancellation: source.Token);
            Assert.Equal(130, code);
            Assert.Contains("--resume", error.ToString(), StringComparison.Ordinal);
        }

        CommandLine.Succeed($"demo --resume --out {folder["parts"]}");
        foreach (string name in Results)
        {
            Assert.Equal(File.ReadAllText(folder["whole", name]), File.ReadAllText(folder["parts", name]));
        }
    }

    [Theory]
    [InlineData("e1")]
    [InlineData("e2 --seeds 2")]
    [InlineData("e3")]
    [InlineData("e4 --seeds 2")]
    [InlineData("e5")]
    public void Experiments_end_with_a_finding_or_figures(string experiment)
    {
        using TemporaryFolder folder = new();
        string output = CommandLine.Succeed($"experiment {experiment} {CommandLine.Small} --depth 2 --epochs 1 --alphas 0,0.5,1 --out {folder["run"]}");
        Assert.Contains("report: ", output, StringComparison.Ordinal);
        Assert.Contains(experiment[..2].ToUpperInvariant(), File.ReadAllText(folder["run", "report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Close_points_of_a_curve_are_points_of_their_own()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"experiment e3 {CommandLine.Small} --depth 2 --epochs 1 --alphas 0.00001,0.00002,0.5 --reestimation-images 0 --out {folder["run"]}");
        string[] lines = File.ReadAllLines(folder["run", "evaluations.jsonl"]);
        Assert.Equal(3 + 2, lines.Length);
        Assert.Contains(lines, line => line.Contains("α = 1E-05", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_is_all_that_standard_output_holds()
    {
        using TemporaryFolder folder = new();
        string run = CommandLine.Succeed($"train {CommandLine.Tiny} --method robmask --json --out {folder["run"]}");
        Assert.Equal(folder["run", "report.html"], JsonDocument.Parse(run).RootElement.GetProperty("report").GetString());

        string model = folder["run", "checkpoints", "robmask.safetensors"];
        JsonElement eval = JsonDocument.Parse(CommandLine.Succeed($"eval -m {model} --steps 1 --true-coefficients --json")).RootElement;
        Assert.Equal(20, eval.GetProperty("images").GetInt32());
        Assert.Equal(JsonValueKind.Number, eval.GetProperty("trueCoefficientsCorrect").ValueKind);
        Assert.Equal(2, JsonDocument.Parse(CommandLine.Succeed($"masks compare -m {model} --images 5 --json")).RootElement.GetProperty("layers").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(CommandLine.Succeed($"attack -m {model} --images 5 --steps 1 --out {folder["x.safetensors"]} --json")).RootElement.GetProperty("attack").ValueKind);
        Assert.Equal(7, JsonDocument.Parse(CommandLine.Succeed("info --json")).RootElement.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public void Config_of_a_run_makes_the_same_run()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --method trades --out {folder["a"]}");
        CommandLine.Succeed($"train --config {folder["a", "config.json"]} --out {folder["b"]}");
        Assert.Equal(File.ReadAllText(folder["a", "metrics.jsonl"]), File.ReadAllText(folder["b", "metrics.jsonl"]));
        Assert.Equal(File.ReadAllText(folder["a", "config.json"]), File.ReadAllText(folder["b", "config.json"]));
    }
}

using System.Globalization;
using System.Text.Json;
using RobMask.Data;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Tests.Cli;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Recipes;

/// <summary>The files of <c>recipes/</c>: each is a run that could begin, and within a family only the method differs.</summary>
public sealed class RecipeTests
{
    private static readonly string Folder = FindFolder();

    private static readonly string[] Names = [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Files => [.. Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_recipe_is_valid_and_names_its_data_network_and_method(string name)
    {
        RunSettings settings = Read(name);
        settings.Validate();
        string[] parts = name.Split('-');
        DatasetFacts facts = DatasetFacts.Of(settings.Data, settings.DataOptions)!;
        NetworkGraph graph = NetworkCatalog.Create(settings.Training.EffectiveNetwork());
        Assert.Equal("train", settings.Kind);
        Assert.Equal(parts[0], settings.Data);
        Assert.Equal(parts[0], settings.Training.Data);
        Assert.Equal(parts[1], graph.Name.Replace("-", "_", StringComparison.Ordinal));
        Assert.Equal(parts[2], Methods.NameOf(settings.Training.Method));
        Assert.Equal(facts.ImageShape, graph.InputShape);
        Assert.Equal(facts.Classes, graph.OutputShape[0]);
        Assert.True(settings.Monitoring is { EvaluationEvery: > 0, CheckpointEvery: > 0 });
    }

    [Theory]
    [InlineData("cifar10-preact_resnet18", 6)]
    [InlineData("cifar10-wide_resnet_34_10", 5)]
    [InlineData("cifar10-resnext29_32x4d", 5)]
    [InlineData("cifar100-preact_resnet18", 6)]
    [InlineData("cifar100-wide_resnet_34_10", 5)]
    [InlineData("cifar100-resnext29_32x4d", 5)]
    [InlineData("imagenet-resnet50", 4)]
    public void Within_a_family_only_the_method_differs(string family, int count)
    {
        RunSettings[] runs = [.. Names.Where(name => name.StartsWith(family + "-", StringComparison.Ordinal)).Select(Read)];
        Assert.Equal(count, runs.Length);
        Assert.Equal(count, runs.Select(run => run.Training.Method).Distinct().Count());
        Assert.Single(runs.Select(run => JsonSerializer.Serialize(run with { Training = run.Training with { Method = TrainingMethod.Standard } }, RunJson.Line)).Distinct());
    }

    [Fact]
    public void Cifar_families_differ_only_in_network_and_data()
    {
        RunSettings[] runs = [.. Names.Where(name => name.StartsWith("cifar", StringComparison.Ordinal)).Select(Read)];
        NetworkSettings none = new() { Name = "none", Channels = 1, Height = 1, Width = 1, Classes = 1 };
        Assert.Single(runs.Select(run => JsonSerializer.Serialize(run with { Data = "", Training = run.Training with { Method = TrainingMethod.Standard, Data = "", Network = none } }, RunJson.Line)).Distinct());
    }

    // The table gives the work of a run, which is counted from its settings: nobody need believe it.
    [Theory]
    [MemberData(nameof(Files))]
    public void The_table_gives_the_work_of_every_recipe(string name)
    {
        RunSettings settings = Read(name);
        DatasetFacts facts = DatasetFacts.Of(settings.Data, settings.DataOptions)!;
        RunWork work = RunWork.Of(settings);
        double run = RunExtent.Of(settings, facts.TrainCount, facts.TestCount).Operations(work) / 1e15;
        string row = File.ReadLines(Path.Combine(Folder, "README.md")).Single(line => line.StartsWith($"| [`{name}`]", StringComparison.Ordinal));
        string[] cells = [.. row.Split('|').Select(cell => cell.Trim())];
        Assert.Equal((work.TrainingImage / 1e9).ToString("0.0", CultureInfo.InvariantCulture), cells[3]);
        Assert.Equal(run.ToString("0", CultureInfo.InvariantCulture), cells[4]);
        Assert.Equal((run / 0.1 / 3600).ToString("0.0", CultureInfo.InvariantCulture), cells[5]);
    }

    [Theory]
    [InlineData("managed", "standard")]
    [InlineData("torch", "robmask")]
    public void The_speed_of_a_recipe_can_be_measured_without_its_data(string engine, string method)
    {
        string output = CommandLine.Succeed($"throughput --config {Path.Combine(Folder, $"imagenet-resnet50-{method}.json")} --synthetic --engine {engine} --image-size 32 --batch-size 2 --steps 1 --eval-steps 1 --eval-batch-size 2 --warm-up-steps 1 --measure-steps 2 --evaluation-batches 1 --json");
        JsonElement result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(engine, result.GetProperty("engine").GetString());
        Assert.Equal(90L * 1_281_167, result.GetProperty("trainedImages").GetInt64());
        Assert.True(result.GetProperty("hours").GetDouble() > 0);
    }

    [SkippableFact]
    public void A_recipe_cut_down_to_two_epochs_writes_metrics_evaluates_early_keeps_checkpoints_and_goes_on_after_an_interruption()
    {
        SharedData.Require("cifar10-mini", "cifar-10-batches-bin");
        using TemporaryFolder folder = new();
        string line = $"train --config {Path.Combine(Folder, "cifar10-preact_resnet18-robmask.json")} --data-dir {SharedData.Folder} --epochs 2 --train-images 20 --test-images 10 --batch-size 10 --steps 1 --eval-steps 1 --eval-batch-size 10 --eval-every 1 --eval-every-images 10 --keep-checkpoints 1 --mask-images 10 --sample-images 1";
        CommandLine.Succeed($"{line} --out {folder["whole"]}");
        using (CancellationTokenSource source = new())
        {
            using CancellingWriter output = new(source, "robmask: epoch 1/2");
            using StringWriter error = new();
            Assert.Equal(130, RobMask.Cli.Program.Run([.. line.Split(' '), "--out", folder["parts"]], output, error, cancellation: source.Token));
        }

        Assert.True(File.Exists(folder["parts", "checkpoints", "robmask-epoch-1.safetensors"]));
        CommandLine.Succeed($"train --resume --data-dir {SharedData.Folder} --out {folder["parts"]}");
        Assert.All(["metrics.jsonl", "evaluations.jsonl", "config.json", "checkpoints/robmask.safetensors", "checkpoints/robmask-epoch-2.safetensors"], name => Assert.Equal(File.ReadAllBytes(folder["whole", name]), File.ReadAllBytes(folder["parts", name])));
        string[] metrics = File.ReadAllLines(folder["whole", "metrics.jsonl"]);
        Assert.Equal(2, metrics.Length);
        Assert.All(metrics, one => Assert.Contains("\"testRobustAccuracy\":", one, StringComparison.Ordinal));
    }

    private static RunSettings Read(string name) => RunJson.Read<RunSettings>(Path.Combine(Folder, name + ".json"));

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reference.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("the tests lie in no checkout: Reference.sln was not found above them"), "recipes");
    }
}

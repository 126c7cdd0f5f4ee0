using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Cli;
using RobMask.Tensors;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary>The verbs that use a trained network.</summary>
public sealed class ModelVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelVerbTests() => CommandLine.Succeed($"train {CommandLine.Tiny} --method split --out {_folder["run"]}");

    private string Model => _folder["run", "checkpoints", "split.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Coefficients_of_one_mask_are_that_mask()
    {
        string one = CommandLine.Succeed($"eval -m {Model} --mask adversarial --steps 2");
        string two = CommandLine.Succeed($"eval -m {Model} --mask 0,1 --steps 2");
        string three = CommandLine.Succeed($"eval -m {Model} --mask 1 --steps 2");
        Assert.Equal(Figures(one), Figures(two));
        Assert.Equal(Figures(one), Figures(three));
    }

    [Fact]
    public void Statistics_measured_anew_change_the_figures_and_not_the_file()
    {
        byte[] before = File.ReadAllBytes(Model);
        string output = CommandLine.Succeed($"eval -m {Model} --mask adversarial --clean-only --reestimation-images 40");
        Assert.Contains("statistics re-estimated on 20 test images", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Model));
        (int code, _, string error) = CommandLine.Run($"eval -m {Model} --reestimation-images 39");
        Assert.Equal(2, code);
        Assert.Contains("39 images; at least one batch of 40 is needed", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", "k = 2 primary masks, 0 to 1")]
    [InlineData("0.5", "1 coefficients for k = 2")]
    [InlineData("nonsense", "«nonsense» is not deployed, clean,")]
    public void Unknown_masks_are_refused(string mask, string message)
    {
        (int code, _, string error) = CommandLine.Run($"eval -m {Model} --mask {mask}");
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_brings_the_attack_of_its_run_along()
    {
        CommandLine.Succeed($"train {CommandLine.Tiny} --method adversarial --epsilon 0.05 --eval-restarts 2 --eval-loss margin --seed 3 --out {_folder["other"]}");
        string model = _folder["other", "checkpoints", "adversarial.safetensors"];
        JsonNode run = JsonNode.Parse(File.ReadAllText(_folder["other", "config.json"]))!["evaluation"]!["attack"]!;
        JsonNode eval = JsonNode.Parse(CommandLine.Succeed($"eval -m {model} --json"))!;
        Assert.Equal(run.ToJsonString(), eval["attack"]!.ToJsonString());
        JsonNode measured = JsonNode.Parse(File.ReadAllText(_folder["other", "results.json"]))!["sections"]![0]!["measurements"]![1]!["accuracy"]!["correct"]!;
        Assert.Equal(measured.ToJsonString(), eval["robust"]!["correct"]!.ToJsonString());
        Assert.Equal(7, JsonNode.Parse(CommandLine.Succeed($"eval -m {model} --steps 7 --json"))!["attack"]!["steps"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("attack --out {0}/x.npz", 2, "the extension must be .safetensors")]
    [InlineData("attack --out {1}", 2, "would overwrite a file that is read")]
    [InlineData("attack --out {0}", 2, "the extension must be")]
    [InlineData("attack --out {0}/run/config.json/x.safetensors", 3, "cannot be written")]
    [InlineData("masks interpolate --alphas 0.5 --save {0}/run/config.json/x.safetensors", 3, "cannot be written")]
    [InlineData("masks interpolate --alphas 0.5 --save {1}", 2, "would overwrite a file that is read")]
    [InlineData("masks interpolate --alphas 0.5,0.5", 2, "0.5 comes more than once")]
    [InlineData("masks exchange --from {1} --save {1}", 2, "would overwrite a file that is read")]
    [InlineData("net forward --in {0}/x.npz --out {0}/x.npz", 2, "would overwrite a file that is read")]
    [InlineData("net forward --in {0}/x.npz --out {0}/x.pt", 2, "the extension must be .safetensors, .npz or .npy")]
    [InlineData("eval --network linear", 2, "a checkpoint says itself what network it holds")]
    public void Outputs_and_options_of_no_use_are_refused_before_the_work(string line, int code, string message)
    {
        line = line.Replace("{0}", _folder.Path, StringComparison.Ordinal).Replace("{1}", Model, StringComparison.Ordinal);
        (int actual, string output, string error) = CommandLine.Run($"{line} -m {Model}");
        Assert.Equal(code, actual);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("attacked", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_alphas_does_not_matter() =>
        Assert.Equal(
            CommandLine.Succeed($"masks interpolate -m {Model} --alphas 0,0.5,1 --steps 1"),
            CommandLine.Succeed($"masks interpolate -m {Model} --alphas 0,1,0.5 --steps 1"));

    [Fact]
    public void Weights_that_are_no_numbers_are_told()
    {
        byte[] bytes = File.ReadAllBytes(Model);
        BitConverter.TryWriteBytes(bytes.AsSpan(8 + (int)BitConverter.ToUInt64(bytes)), float.NaN);
        string broken = _folder.Write("run/checkpoints/broken.safetensors", bytes);
        (int code, _, string error) = CommandLine.Run($"eval -m {broken} --steps 1");
        Assert.Equal(0, code);
        Assert.Contains("1 of 54 values are NaN or infinite", error, StringComparison.Ordinal);

        string batch = _folder["batch.npz"];
        TensorFile.Write(batch, [new NamedTensor("input", new DenseTensor<float>(2, 3, 16, 16)), new NamedTensor("target", DenseTensor<long>.From([0, 1], 2))]);
        (code, _, error) = CommandLine.Run($"net backward -m {broken} --in {batch} --out {_folder["out.npz"]}");
        Assert.Equal(0, code);
        Assert.Contains("warning: logits: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(3, 4)]
    public void Contents_that_do_not_suit_the_network_are_an_error_of_the_file(int label, int channels)
    {
        string batch = _folder["batch.npz"];
        TensorFile.Write(batch, [new NamedTensor("input", new DenseTensor<float>(2, channels, 16, 16)), new NamedTensor("target", DenseTensor<long>.From([0, label], 2))]);
        (int code, _, string error) = CommandLine.Run($"net backward -m {Model} --in {batch} --out {_folder["out.npz"]}");
        Assert.Equal(3, code);
        Assert.Contains(batch, error, StringComparison.Ordinal);
        (code, _, _) = CommandLine.Run($"net backward -m {Model} --mask 9 --in {batch} --out {_folder["out.npz"]}");
        Assert.Equal(2, code);
    }

    [Theory]
    [InlineData("eval --steps 1")]
    [InlineData("attack --steps 1 --out {0}/x.safetensors")]
    [InlineData("masks compare")]
    [InlineData("masks interpolate --steps 1")]
    public void An_interrupted_verb_that_cannot_be_resumed_says_so(string line)
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        using StringWriter error = new();
        line = line.Replace("{0}", _folder.Path, StringComparison.Ordinal);
        Assert.Equal(130, Program.Run([.. line.Split(' '), "-m", Model], TextWriter.Null, error, cancellation: source.Token));
        Assert.Equal("robmask: interrupted", error.ToString().Trim());
    }

    [Fact]
    public void Required_accuracy_that_is_missed_has_code_1()
    {
        (int code, _, string error) = CommandLine.Run($"eval -m {Model} --steps 2 --require-robust 1");
        Assert.Equal(1, code);
        Assert.Contains("100.0 % are required", error, StringComparison.Ordinal);
        CommandLine.Succeed($"eval -m {Model} --steps 2 --require-robust 0 --require-clean 0");
    }

    [Fact]
    public void Attacked_images_lie_in_the_ball_and_the_box()
    {
        CommandLine.Succeed($"attack -m {Model} --epsilon 0.1 --steps 3 --images 7 --out {_folder["x.safetensors"]}");
        using SafetensorsFile file = new(_folder["x.safetensors"]);
        float[] clean = new float[7 * 3 * 16 * 16];
        float[] attacked = new float[clean.Length];
        file.Read("images", clean);
        file.Read("adversarial", attacked);
        Assert.All(attacked, pixel => Assert.InRange(pixel, 0f, 1f));

        // One ulp of a pixel near 1 (6e-8): the subtraction here rounds, the projection rounded before.
        Assert.All(clean.Zip(attacked), pair => Assert.InRange(Math.Abs((double)pair.First - pair.Second), 0, 0.1 + 1.2e-7));
        Assert.Contains(clean.Zip(attacked), pair => pair.First != pair.Second);
        Assert.Equal([7], file["labels"].Shape.Extents.ToArray());
    }

    [Fact]
    public void Interpolated_mask_can_be_saved_and_put_back()
    {
        string curve = CommandLine.Succeed($"masks interpolate -m {Model} --alphas 0,0.3,1 --steps 1");
        Assert.Contains("α = 0.3", curve, StringComparison.Ordinal);
        CommandLine.Succeed($"masks interpolate -m {Model} --alphas 1 --steps 1 --save {_folder["mask.safetensors"]}");

        // The mask at α = 1 is the clean one: putting it in the clean one's place changes nothing.
        string exchanged = CommandLine.Succeed($"masks exchange -m {Model} --from {_folder["mask.safetensors"]} --steps 1");
        Assert.Contains("after − before, clean: 0.0 [0.0, 0.0] points", exchanged, StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_compared_with_themselves_do_not_differ()
    {
        string table = CommandLine.Succeed($"masks compare -m {Model} --first 0 --second 0 --images 5");
        Assert.Contains("0.0 %", table, StringComparison.Ordinal);
        Assert.Contains("bn1", table, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Published_network_is_described_by_its_file()
    {
        string model = SharedData.RequireConformance("mnist-linf", "fast_at_fgsm.safetensors");
        SharedData.Require("mnist");
        string output = CommandLine.Succeed($"eval -m {model} --data mnist --data-dir {SharedData.Folder} --test-images 200 --attack fgsm --epsilon 0.3 --require-clean 0.95 --require-robust 0.85");
        Assert.Contains("200 test images of mnist", output, StringComparison.OrdinalIgnoreCase);
    }

    private static string[] Figures(string output) => [.. output.Split('\n').Where(line => line.Contains(" right ", StringComparison.Ordinal)).Select(line => line.Split('%')[0])];
}

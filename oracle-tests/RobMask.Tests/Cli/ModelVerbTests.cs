using RobMask.Checkpoints;
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

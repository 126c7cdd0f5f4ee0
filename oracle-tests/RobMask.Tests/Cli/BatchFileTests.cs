using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary>Training steps and attacks on the tensors of a file: what another implementation compares its own with.</summary>
public sealed class BatchFileTests
{
    private const string Training = "--network cnn --width 2 --depth 2 --method robmask --masks 2 --steps 2 --seed 3";

    [Fact]
    public void Given_batches_are_replayed_to_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string file = Write(folder["batch.npz"], 3, 4, i => i % 3);
        string output = CommandLine.Succeed($"train --batch {file} --batch-steps 4 {Training} --out {folder["a.safetensors"]}");
        CommandLine.Succeed($"train --batch {file} --batch-steps 4 {Training} --threads 1 --out {folder["b.safetensors"]}");
        Assert.Contains("step 4/4: loss ", output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["b.safetensors"]));
        using SafetensorsFile after = new(folder["a.safetensors"]);
        Assert.Equal([4], after["loss"].Shape.Extents.ToArray());
        Assert.Contains(after.Entries, entry => entry.Name.StartsWith("momentum.", StringComparison.Ordinal));
        Assert.Contains(after.Entries, entry => entry.Name.StartsWith("gate.", StringComparison.Ordinal));
    }

    [Fact]
    public void Images_of_a_file_are_attacked_without_random_numbers()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --method standard --out {folder["run"]}");
        string model = folder["run", "checkpoints", "standard.safetensors"];
        string file = Write(folder["images.safetensors"], 0, 5, i => i % 2);
        CommandLine.Succeed($"attack -m {model} --in {file} --no-random-start --keep last --steps 2 --out {folder["a.safetensors"]}");
        CommandLine.Succeed($"attack -m {model} --in {file} --start clean --keep last --steps 2 --seed 9 --out {folder["b.safetensors"]}");
        float[][] attacked = [.. new[] { "a", "b" }.Select(name =>
        {
            using SafetensorsFile found = new(folder[name + ".safetensors"]);
            float[] values = new float[5 * 3 * 16 * 16];
            found.Read("adversarial", values);
            return values;
        })];
        Assert.Equal(attacked[0], attacked[1]);
        (int code, _, string error) = CommandLine.Run($"attack -m {model} --in {Write(folder["labels.npz"], 0, 5, _ => 7)} --out {folder["c.safetensors"]}");
        Assert.Equal(3, code);
        Assert.Contains("label 7 of image 0 is not in 0 … 3", error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["c.safetensors"]));
    }

    [Theory]
    [InlineData("input", "there is no tensor input")]
    [InlineData("target", "there is no tensor target")]
    [InlineData("", "target [4]; expected [B, N, C, H, W]")]
    public void Files_that_hold_no_batches_are_refused(string missing, string message)
    {
        using TemporaryFolder folder = new();
        NamedTensor[] tensors = [new("input", new DenseTensor<float>(2, 4, 3, 8, 8)), new("target", new DenseTensor<long>(4))];
        TensorFile.Write(folder["bad.npz"], [.. tensors.Where(tensor => tensor.Name != missing)]);
        (int code, _, string error) = CommandLine.Run($"train --batch {folder["bad.npz"]} {Training} --out {folder["x.safetensors"]}");
        Assert.Equal(3, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static string Write(string path, int batches, int images, Func<int, long> label)
    {
        int[] leading = batches == 0 ? [images] : [batches, images];
        DenseTensor<float> input = new([.. leading, 3, 16, 16]);
        DenseTensor<long> target = new(leading);
        for (int i = 0; i < input.Length; i++)
        {
            input.Span[i] = i * 37 % 256 / 255f;
        }

        for (int i = 0; i < target.Length; i++)
        {
            target.Span[i] = label(i);
        }

        TensorFile.Write(path, [new("input", input), new("target", target)]);
        return path;
    }
}

using RobMask.Engines.Managed;
using RobMask.Tensors;
using RobMask.Tests.Cli;
using RobMask.Tests.Training;
using RobMask.Training;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>«robmask net» on a checkpoint of RobMask, with its own mask and with mixtures from the file.</summary>
public sealed class NetVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Coefficients_of_a_primary_mask_give_that_mask_and_have_a_gradient()
    {
        string model = _folder["robmask.safetensors"];
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.RobMask) with { Epochs = 1 };
        using (ManagedEngine<float> engine = new())
        using (Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train))
        {
            trainer.Run(new TrainingRunOptions { CheckpointPath = model });
        }

        DenseTensor<float> images = new(2, 3, 16, 16);
        for (int i = 0; i < images.Length; i++)
        {
            images.Span[i] = i * 37 % 256 / 255f;
        }

        NamedTensor[] batch = [new("input", images), new("target", DenseTensor<long>.From([0, 2], 2))];
        TensorFile.Write(_folder["batch.npz"], batch);
        TensorFile.Write(_folder["mixed.npz"], [.. batch, new("coefficients", DenseTensor<float>.From([0, 1, 0, 0, 1, 0], 2, 3))]);
        Dictionary<string, ITensor> chosen = Pass($"--mask 1 --in {_folder["batch.npz"]}", model);
        Dictionary<string, ITensor> mixed = Pass($"--in {_folder["mixed.npz"]}", model);
        Assert.Equal(new TensorShape(2, 3), mixed["grad_coefficients"].Shape);
        Assert.DoesNotContain("grad_coefficients", chosen.Keys);
        foreach (string name in new[] { "logits", "loss", "grad_input" })
        {
            TensorSamples.AssertSame(chosen[name], mixed[name]);
        }

        // The mean of the deployed mask and the batch's statistics are other networks.
        Assert.NotEqual(TensorSamples.Bytes(chosen["logits"]), TensorSamples.Bytes(Pass($"--in {_folder["batch.npz"]}", model)["logits"]));
        Assert.NotEqual(TensorSamples.Bytes(chosen["logits"]), TensorSamples.Bytes(Pass($"--mask 1 --batch-statistics --in {_folder["batch.npz"]}", model)["logits"]));
        Assert.IsType<DenseTensor<double>>(Pass($"--mask 1 --dtype f64 --in {_folder["batch.npz"]}", model)["logits"]);
    }

    [Fact]
    public void Missing_files_are_told()
    {
        Assert.Contains("--model, --in and --out are needed", CommandLine.Run("net forward").Error, StringComparison.Ordinal);
        Assert.Equal(3, CommandLine.Run("net forward -m nowhere.safetensors --in x.npz --out y.npz").Code);
    }

    private Dictionary<string, ITensor> Pass(string options, string model)
    {
        CommandLine.Succeed($"net backward -m {model} --out {_folder["out.npz"]} {options}");
        return TensorFile.ReadAll(_folder["out.npz"]).ToDictionary(t => t.Name, t => t.Tensor);
    }
}

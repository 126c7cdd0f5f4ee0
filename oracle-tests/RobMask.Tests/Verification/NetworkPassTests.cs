using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Networks;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>A published network from file to file: the same bits as through the engine, gradients by central differences.</summary>
public sealed class NetworkPassTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Logits_are_those_of_the_engine_and_loss_and_gradients_of_the_right_names()
    {
        string model = SharedData.RequireConformance("mnist-linf", "fast_at_fgsm.safetensors");
        (DenseTensor<float> images, DenseTensor<long> labels) = Batch();
        TensorFile.Write(_folder["in.npz"], [new("input", images), new("target", labels)]);
        IReadOnlyList<NamedTensor> outputs = Pass(model, backward: true).Run(_folder["in.npz"], _folder["out.safetensors"]);
        using ManagedEngine<float> engine = new();
        using NetworkFile file = NetworkFile.Load(engine, model, Settings());
        using ITape tape = file.Model.CreateTape(2);
        DenseTensor<float> expected = (DenseTensor<float>)tape.Forward(images, new ForwardOptions(MaskChoice.Primary(0)));
        TensorSamples.AssertSame(expected, outputs[0].Tensor);
        Assert.Equal(
            ["logits", "loss", "grad_input", .. file.Model.Parameters.Select(p => "grad." + p.Info.Name)],
            TensorFile.ReadAll(_folder["out.safetensors"]).Select(t => t.Name));
        IReadOnlyList<NamedTensor> forward = Pass(model, backward: false).Run(new Dictionary<string, ITensor> { ["input"] = images });
        TensorSamples.AssertSame(expected, Assert.Single(forward).Tensor);
    }

    [SkippableFact]
    public void The_gradient_of_the_input_is_that_of_the_loss()
    {
        string model = SharedData.RequireConformance("mnist-linf", "fast_at_fgsm.safetensors");
        (DenseTensor<float> images, DenseTensor<long> labels) = Batch();
        Dictionary<string, ITensor> inputs = new() { ["input"] = Widened(images), ["target"] = labels };
        IReadOnlyList<NamedTensor> outputs = Pass(model, backward: true).Run(inputs);
        double[] gradient = ((DenseTensor<double>)outputs.First(o => o.Name == "grad_input").Tensor).Span.ToArray();
        DenseTensor<double> varied = (DenseTensor<double>)inputs["input"];

        // Central differences of step 1e-6; the network is piecewise smooth, and no ReLU of these images changes sides on so short a way.
        const double Step = 1e-6;
        foreach (int i in new[] { 100, 350, 784 + 400, 784 + 610 })
        {
            double before = varied.Span[i];
            varied.Span[i] = before + Step;
            double above = Loss(model, inputs);
            varied.Span[i] = before - Step;
            double below = Loss(model, inputs);
            varied.Span[i] = before;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-7);
        }
    }

    [SkippableFact]
    public void What_is_wrong_is_told_with_what_was_expected()
    {
        string model = SharedData.RequireConformance("mnist-linf", "fast_at_fgsm.safetensors");
        (DenseTensor<float> images, DenseTensor<long> labels) = Batch();
        Refused(model, "there is no input «target»; expected I64 or I32 [N]", ("input", images));
        Refused(model, "there is no input «images»; expected input, target, coefficients", ("images", images));
        Refused(model, "target is [3]; expected [N] with N = 2 (of input)", ("input", images), ("target", new DenseTensor<long>(3)));
        Refused(model, "states 1 input", ("input", new DenseTensor<float>(2, 3, 28, 28)), ("target", labels));
        Refused(model, "expected at least one image", ("input", new DenseTensor<float>(0, 1, 28, 28)), ("target", new DenseTensor<long>(0)));
    }

    private static void Refused(string model, string expected, params (string Name, ITensor Tensor)[] inputs) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => Pass(model, backward: true).Run(inputs.ToDictionary(i => i.Name, i => i.Tensor))).Message, StringComparison.Ordinal);

    private static double Loss(string model, Dictionary<string, ITensor> inputs) =>
        ((DenseTensor<double>)Pass(model, backward: false).Run(inputs)[1].Tensor).Span[0];

    private static NetworkPass Pass(string model, bool backward) => new(model, file => file.Deploy(), backward);

    private static NetworkSettings Settings() => new() { Name = string.Empty, Channels = 1, Height = 28, Width = 28, Classes = 10 };

    private static (DenseTensor<float> Images, DenseTensor<long> Labels) Batch()
    {
        DenseTensor<float> images = (DenseTensor<float>)OperationCatalog.Run(new("philox", new Dictionary<string, ITensor>(), OperationContractTests.Settings("seed=11 stream=7 count=1568")))[0].Tensor;
        return (images.View(new TensorShape(2, 1, 28, 28)), DenseTensor<long>.From([3, 8], 2));
    }

    private static DenseTensor<double> Widened(DenseTensor<float> images) =>
        (DenseTensor<double>)OperationCatalog.Run(new("relu", new Dictionary<string, ITensor> { ["input"] = images }, OperationContractTests.Settings(string.Empty)) { Precision = OperationPrecision.F64 })[0].Tensor;
}

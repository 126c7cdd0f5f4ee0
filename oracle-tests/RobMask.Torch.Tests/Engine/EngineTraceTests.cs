using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Recording;
using RobMask.Networks;
using RobMask.Torch.Engine;
using RobMask.Training;
using RobMask.Verification.Bounds;
using RobMask.Verification.Traces;
using RobMask.Verification.Verdicts;
using RobMask.Verification.Verdicts.Reporting;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Engine;

/// <summary>What the engine records is what it computes, and every operation of it is within its bound.</summary>
public sealed class EngineTraceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(TrainingMethod.Standard, "cnn")]
    [InlineData(TrainingMethod.Adversarial, "cnn")]
    [InlineData(TrainingMethod.Trades, "cnn")]
    [InlineData(TrainingMethod.AdvProp, "cnn")]
    [InlineData(TrainingMethod.Split, "cnn")]
    [InlineData(TrainingMethod.RobMask, "cnn")]
    public void A_recorded_step_has_the_bits_of_one_that_is_not_and_every_operation_is_within_its_bound(TrainingMethod method, string network) => Compare(method, network);

    [Fact]
    [Trait("Category", "Slow")]
    public void So_it_is_on_PreAct_ResNet_18() => Compare(TrainingMethod.RobMask, "preact_resnet18");

    private void Compare(TrainingMethod method, string network)
    {
        string path = Path.Combine(Path.GetTempPath(), $"robmask-{Guid.NewGuid():N}.safetensors");
        try
        {
            TrainingSettings settings = Settings(method, network);
            Dictionary<string, float[]> plain = Step(settings, null);
            using (TraceWriter writer = new(path, new TraceProgram { Producer = "test", Device = "cpu", Precision = ArithmeticModel.Fp32 }))
            {
                Dictionary<string, float[]> recorded = Step(settings, new TraceRecorder(writer));
                writer.Complete();
                Assert.All(plain, pair => Assert.True(pair.Value.AsSpan().SequenceEqual(recorded[pair.Key]), pair.Key));
            }

            using TraceFile trace = new(path);
            VerdictReport report = TraceVerification.Run(trace, new TraceVerificationOptions());
            string[] bad = [.. report.Operations.Where(verdict => verdict.Verdict is not (Verdict.Bitwise or Verdict.Within)).Select(verdict => $"{verdict.Label} {verdict.Operation}: {verdict.Verdict}")];
            output.WriteLine($"{method} {network}: {report.Operations.Count} operations judged, {trace.Program.Operations.Count(operation => operation.Opaque)} recorded only");
            Assert.True(bad.Length == 0, string.Join("; ", bad));
            Assert.Contains(report.Operations, verdict => verdict.Operation == "sgd_step");
            Assert.Contains(report.Operations, verdict => verdict.Operation == "conv2d_backward");
            Assert.Contains(report.Operations, verdict => verdict.Operation == (method == TrainingMethod.RobMask ? "mixed_rescale_backward" : "batch_norm_backward"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static TrainingSettings Settings(TrainingMethod method, string network) => new()
    {
        Network = new NetworkSettings { Name = network, Channels = 3, Height = 16, Width = 16, Classes = 3, Depth = network == "cnn" ? 2 : null, WidthFactor = network == "cnn" ? 6 : null },
        Method = method,
        Epochs = 1,
        BatchSize = 8,
        Seed = 3,
        Attack = new AttackSettings { Steps = 2, Epsilon = 8f / 255f },
    };

    private static Dictionary<string, float[]> Step(TrainingSettings settings, IOperationRecorder? recorder)
    {
        using TorchEngine engine = new() { Recorder = recorder };
        using Trainer trainer = new(engine, settings, ShapesGenerator.Create(new ShapesOptions { TrainCount = 16, TestCount = 1, Size = 16, Classes = 3 }).Train);
        trainer.Run(new TrainingRunOptions());
        Dictionary<string, float[]> state = [];
        foreach (ModelParameter parameter in trainer.Network.Model.Parameters)
        {
            float[] values = new float[parameter.Value.Shape.Length];
            engine.Download(parameter.Value, values);
            state.Add(parameter.Info.Name, values);
        }

        return state;
    }
}

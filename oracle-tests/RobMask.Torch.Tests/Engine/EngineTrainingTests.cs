using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Torch.Engine;
using RobMask.Training;
using Xunit;

namespace RobMask.Torch.Tests.Engine;

/// <summary>Every training method in double on both engines, from the same draws: a difference can only come from arithmetic.</summary>
/// <remarks>
/// Five steps of double arithmetic, some 10⁵ roundings of 1.1e-16 each in a path, stay far below 1e-7 of a tensor's largest
/// element, the rounding of what is read back; a wrong draw, mask, statistic or rate shows at 1e-3.
/// </remarks>
public sealed class EngineTrainingTests
{
    private const float Tolerance = 4e-7f;

    public static TheoryData<TrainingMethod> Methods => [.. Enum.GetValues<TrainingMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Both_engines_train_to_the_same_parameters_and_statistics(TrainingMethod method) => Compare(Settings(method));

    [Fact]
    public void RobMask_with_three_masks_attacked_through_its_gate_trains_to_the_same_parameters()
    {
        TrainingSettings settings = Settings(TrainingMethod.RobMask);
        Compare(settings with { RobMask = settings.RobMask with { MaskCount = 3, AttackThroughGate = true } });
    }

    [Fact]
    public void The_same_settings_give_the_same_bits_twice()
    {
        Dictionary<string, float[]> first = Train(new TorchEngine(), Settings(TrainingMethod.RobMask));
        Dictionary<string, float[]> second = Train(new TorchEngine(), Settings(TrainingMethod.RobMask));

        Assert.All(first, pair => Assert.Equal(pair.Value, second[pair.Key]));
    }

    [Fact]
    public void A_run_goes_on_with_the_other_engine()
    {
        string checkpoint = Path.Combine(Path.GetTempPath(), $"robmask-{Guid.NewGuid():N}.safetensors");
        try
        {
            TrainingSettings settings = Settings(TrainingMethod.RobMask) with { Epochs = 2 };
            Dataset images = Images();
            Dictionary<string, float[]> expected = Train(new ManagedEngine<float>(), settings);
            using (TorchEngine first = new())
            using (Trainer half = new(first, settings, images))
            {
                using CancellationTokenSource source = new();
                TrainingOutcome outcome = half.Run(new TrainingRunOptions { CheckpointPath = checkpoint }, new Stop(source), source.Token);
                Assert.True(outcome.Cancelled);
            }

            using ManagedEngine<float> second = new();
            using Trainer rest = new(second, settings, images);
            rest.Run(new TrainingRunOptions { ResumeFrom = checkpoint });
            Dictionary<string, float[]> actual = [];
            Read(second, string.Empty, rest.Network.Model, actual);

            // Float roundings of two epochs, and the few signs of gradients that they turn; another draw of images or starts shows at 0.1.
            Assert.All(actual, pair => Assert.True(
                pair.Value.Zip(expected[pair.Key], (a, b) => MathF.Abs(a - b)).Max() <= 2e-2f * MathF.Max(1e-2f, expected[pair.Key].Max(MathF.Abs)), pair.Key));
        }
        finally
        {
            File.Delete(checkpoint);
        }
    }

    private static Dataset Images() => ShapesGenerator.Create(new ShapesOptions { TrainCount = 72, TestCount = 1, Size = 16, Classes = 3 }).Train;

    private static TrainingSettings Settings(TrainingMethod method) => new()
    {
        Network = new NetworkSettings { Name = "cnn", Channels = 3, Height = 16, Width = 16, Classes = 3, Depth = 2, WidthFactor = 6 },
        Method = method,
        Epochs = 1,
        BatchSize = 16,
        Seed = 3,
        Attack = new AttackSettings { Steps = 3, Epsilon = 8f / 255f },
    };

    private static void Compare(TrainingSettings settings)
    {
        Dictionary<string, float[]> expected = Train(new ManagedEngine<double>(), settings);
        Dictionary<string, float[]> actual = Train(new TorchEngine(doublePrecision: true), settings);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string name, float[] values) in expected)
        {
            float greatest = values.Max(MathF.Abs);
            float difference = values.Zip(actual[name], (a, b) => MathF.Abs(a - b)).Max();
            Assert.True(difference <= Tolerance * MathF.Max(greatest, 1e-3f), $"{settings.Method}: {name} differs by {difference:R}, its largest element is {greatest:R}");
        }
    }

    private static Dictionary<string, float[]> Train(IEngine engine, TrainingSettings settings)
    {
        using (engine)
        {
            using Trainer trainer = new(engine, settings, Images());
            trainer.Run(new TrainingRunOptions());
            Dictionary<string, float[]> state = [];
            Read(engine, string.Empty, trainer.Network.Model, state);
            if (trainer.Network.Gate is { } gate)
            {
                Read(engine, "gate.", gate.Model, state);
            }

            return state;
        }
    }

    private static void Read(IEngine engine, string prefix, IModel model, Dictionary<string, float[]> state)
    {
        foreach ((ParameterInfo info, Tensors.ITensor value) in model.Parameters.Select(p => (p.Info, p.Value)).Concat(model.Buffers.Select(b => (b.Info, b.Value))))
        {
            float[] values = new float[value.Shape.Length];
            engine.Download(value, values);
            state.Add(prefix + info.Name, values);
        }
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { Epoch: 2, Batch: 2 })
            {
                source.Cancel();
            }
        }
    }
}

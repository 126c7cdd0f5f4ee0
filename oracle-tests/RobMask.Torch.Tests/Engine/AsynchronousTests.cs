using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using RobMask.Training;
using Xunit;

namespace RobMask.Torch.Tests.Engine;

/// <summary>An engine that runs ahead trains to the same bits as one that does not, and waits for nothing between two readings.</summary>
public sealed class AsynchronousTests
{
    public static TheoryData<TrainingMethod, AttackNorm> Methods
    {
        get
        {
            TheoryData<TrainingMethod, AttackNorm> methods = [];
            foreach (TrainingMethod method in Enum.GetValues<TrainingMethod>())
            {
                methods.Add(method, AttackNorm.Linf);
            }

            methods.Add(TrainingMethod.Adversarial, AttackNorm.L2);
            methods.Add(TrainingMethod.RobMask, AttackNorm.L2);
            return methods;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Running_ahead_changes_no_bit_of_parameters_and_metrics(TrainingMethod method, AttackNorm norm)
    {
        (IReadOnlyList<EpochMetrics> expected, List<float[]> state) = Train(new TorchEngine(), Settings(method, norm));
        (IReadOnlyList<EpochMetrics> actual, List<float[]> asynchronous) = Train(new TorchEngine { ActsAsynchronous = true }, Settings(method, norm));

        Assert.Equal(expected, actual);
        Assert.Equal(state.Count, asynchronous.Count);
        Assert.All(state.Zip(asynchronous), pair => Assert.Equal(pair.First, pair.Second));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Between_two_readings_nothing_comes_to_the_host(TrainingMethod method, AttackNorm norm)
    {
        using TorchEngine engine = new() { ActsAsynchronous = true };
        using TrainedNetwork network = TrainedNetwork.Create(engine, Settings(method, norm));
        using TrainingStep step = new(network, 16, heldSteps: 4);
        using IBatchSource batches = engine.CreateBatches(new BatchLoader(Images(), 16, 3, shuffle: true, Augmentation.Cifar), requireUnitBox: true);
        long before = engine.Downloads;
        for (int i = 0; i < 4; i++)
        {
            Batch batch = batches.Load(i);
            step.Run(batch.Images, batch.Labels, i, 0.1);
        }

        Assert.Equal(before, engine.Downloads);
        Assert.Equal(4, step.Read().Count);
        Assert.Equal(before + 1, engine.Downloads);
    }

    [Theory]
    [InlineData(AttackTargetClass.Next)]
    [InlineData(AttackTargetClass.LeastLikely)]
    public void Targets_of_attacks_are_chosen_without_the_host(AttackTargetClass target)
    {
        using TorchEngine engine = new() { ActsAsynchronous = true };
        TrainingSettings settings = Settings(TrainingMethod.Adversarial, AttackNorm.Linf);
        using TrainedNetwork network = TrainedNetwork.Create(engine, settings with { Attack = settings.Attack with { Target = target } });
        using TrainingStep step = new(network, 16, heldSteps: 4);
        using IBatchSource batches = engine.CreateBatches(new BatchLoader(Images(), 16), requireUnitBox: true);
        long before = engine.Downloads;
        Batch batch = batches.Load(0);
        step.Run(batch.Images, batch.Labels, 0, 0.1);
        Assert.Equal(before, engine.Downloads);
    }

    [Fact]
    public void A_loss_that_is_no_number_is_found_when_losses_are_read_and_reaches_no_checkpoint()
    {
        string checkpoint = Path.Combine(Path.GetTempPath(), $"robmask-{Guid.NewGuid():N}.safetensors");
        using TorchEngine engine = new() { ActsAsynchronous = true };
        TrainingSettings settings = Settings(TrainingMethod.Standard, AttackNorm.Linf);
        using Trainer trainer = new(engine, settings with { Schedule = settings.Schedule with { LearningRate = 1e30f } }, Images());
        DivergedException diverged = Assert.Throws<DivergedException>(() => trainer.Run(new TrainingRunOptions { CheckpointPath = checkpoint }));
        Assert.Contains("epoch 1, batch ", diverged.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(checkpoint));

        // The same batch as where every loss is read.
        using TorchEngine reading = new();
        using Trainer one = new(reading, settings with { Schedule = settings.Schedule with { LearningRate = 1e30f } }, Images());
        Assert.Equal(Assert.Throws<DivergedException>(() => one.Run(new TrainingRunOptions())).Message, diverged.Message);
    }

    [Fact]
    public void Both_engines_choose_the_same_targets()
    {
        float[] logits = [3, 1, 1, 2, -1, float.NaN, 0, -1, float.PositiveInfinity, 5, 5, 5, float.NaN, float.NaN, 2, float.PositiveInfinity];
        int[] labels = [1, 0, 0, 3];
        int[] expected = Targets(new ManagedEngine<float>(), least: true);
        Assert.Equal([2, 3, 1, 2], expected);
        Assert.Equal(expected, Targets(new TorchEngine(), least: true));
        Assert.Equal([2, 1, 1, 0], Targets(new ManagedEngine<float>(), least: false));
        Assert.Equal([2, 1, 1, 0], Targets(new TorchEngine(), least: false));

        int[] Targets(IEngine engine, bool least)
        {
            using ITensor z = engine.Allocate(new TensorShape(4, 4));
            using ITensor own = engine.AllocateLabels(4);
            using ITensor targets = engine.AllocateLabels(4);
            engine.Upload(logits, z);
            engine.UploadLabels(labels, own);
            if (least)
            {
                engine.LeastLikely(z, own, targets);
            }
            else
            {
                engine.NextClass(own, 4, targets);
            }

            int[] values = new int[4];
            engine.DownloadLabels(targets, values);
            return values;
        }
    }

    [Fact]
    public void A_meter_keeps_steps_apart_and_refuses_more_than_it_holds()
    {
        foreach (IEngine engine in new IEngine[] { new ManagedEngine<float>(), new TorchEngine() })
        {
            using IMeter meter = engine.CreateMeter(2, 2);
            using ITensor values = engine.Allocate(new TensorShape(3));
            engine.Upload([1, 2, 4], values);
            meter.Add(1, values);
            meter.EndStep();
            meter.Add(0, values);
            meter.Add(0, values);
            meter.EndStep();
            Assert.Equal(2, meter.Steps);
            Assert.Throws<InvalidOperationException>(() => meter.Add(0, values));
            Assert.Throws<InvalidOperationException>(meter.EndStep);
            Assert.Equal([0.0, 7, 14, 0], meter.Read());
            Assert.Empty(meter.Read());
        }
    }

    internal static Dataset Images() => ShapesGenerator.Create(new ShapesOptions { TrainCount = 72, TestCount = 1, Size = 16, Classes = 3 }).Train;

    internal static TrainingSettings Settings(TrainingMethod method, AttackNorm norm) => new()
    {
        Network = new NetworkSettings { Name = "cnn", Channels = 3, Height = 16, Width = 16, Classes = 3, Depth = 2, WidthFactor = 6, Mean = [0.5f, 0.4f, 0.3f], StandardDeviation = [0.2f, 0.3f, 0.25f] },
        Method = method,
        Epochs = 2,
        BatchSize = 16,
        Seed = 3,
        Augmentation = Augmentation.Cifar,
        Attack = new AttackSettings { Steps = 3, Norm = norm, Epsilon = norm == AttackNorm.L2 ? 0.5f : 8f / 255f },
    };

    private static (IReadOnlyList<EpochMetrics> Metrics, List<float[]> State) Train(TorchEngine engine, TrainingSettings settings)
    {
        using Trainer trainer = new(engine, settings, Images());
        TrainingOutcome outcome = trainer.Run(new TrainingRunOptions());
        List<float[]> state = [];
        foreach ((_, ITensor tensor) in Checkpoint.Weights(trainer.Network))
        {
            float[] values = new float[tensor.Shape.Length];
            engine.Download(tensor, values);
            state.Add(values);
        }

        return (outcome.Epochs, state);
    }
}

using RobMask.Attacks;
using RobMask.Engines.Managed;
using RobMask.Kernels;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Training;

/// <summary>A run that is interrupted and resumed, and files that must be refused.</summary>
[Collection(RunsAlone.Name)]
public sealed class CheckpointTests
{
    public static TheoryData<TrainingMethod> Methods => [.. Enum.GetValues<TrainingMethod>()];

    /// <summary>Interrupted in the middle of the second epoch (three batches each) and after the first.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void A_run_resumes_to_the_bits_of_an_uninterrupted_one(TrainingMethod method)
    {
        TrainingSettings settings = TrainingFixture.Settings(method);
        using TemporaryFolder folder = new();
        using ManagedEngine<float> engine = new();
        TrainingRunOptions options = new()
        {
            EvaluationData = TrainingFixture.Shapes.Test,
            Evaluation = new EvaluationSettings { Attack = new AttackSettings { Epsilon = 0.03f, Steps = 2, Keep = AttackKeep.Best } },
        };
        using Trainer whole = new(engine, settings, TrainingFixture.Shapes.Train);
        TrainingOutcome expected = whole.Run(options with { CheckpointPath = folder["whole.safetensors"] });
        Assert.False(expected.Cancelled);
        Assert.Equal(3, expected.Epochs.Count);
        foreach (int steps in new[] { 3, 5 })
        {
            string path = folder[$"part-{steps}.safetensors"];
            using (Trainer first = new(engine, settings, TrainingFixture.Shapes.Train))
            {
                using CancellationTokenSource cancel = new();
                int done = 0;
                DirectProgress<TrainingProgress> progress = new(report =>
                {
                    done += report.Completed is null ? 1 : 0;
                    if (done == steps)
                    {
                        cancel.Cancel();
                    }
                });
                TrainingOutcome part = first.Run(options with { CheckpointPath = path }, progress, cancel.Token);
                Assert.True(part.Cancelled);
                Assert.Equal(steps, part.Iterations);
            }

            using Trainer second = new(engine, settings, TrainingFixture.Shapes.Train);
            TrainingOutcome resumed = second.Run(options with { CheckpointPath = path, ResumeFrom = path });
            Assert.Equal(TrainingFixture.Bits(whole.Network), TrainingFixture.Bits(second.Network));
            Assert.Equal(SettingsJson.Write(expected.Epochs), SettingsJson.Write(resumed.Epochs));
            Assert.Equal(File.ReadAllBytes(folder["whole.safetensors"]), File.ReadAllBytes(path));
        }

        using TrainedNetwork loaded = TrainedNetwork.Load(engine, folder["whole.safetensors"]);
        Assert.Equal(TrainingFixture.Bits(whole.Network), TrainingFixture.Bits(loaded));
        Assert.Equal(SettingsJson.Write(settings), SettingsJson.Write(loaded.Settings));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void One_and_two_threads_train_the_same_bits(TrainingMethod method)
    {
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            int[] one = TrainingFixture.Train(TrainingFixture.Settings(method) with { Epochs = 1 });
            Workers.ThreadCount = 2;
            Assert.Equal(one, TrainingFixture.Train(TrainingFixture.Settings(method) with { Epochs = 1 }));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    /// <summary>
    /// Tensors are kept after the first epoch, in which both batch sizes occur; what is left are options, keys and reports:
    /// a few kilobytes a step, against 400 kB for the smallest activations of this network. On one thread, whose
    /// allocations are counted alone: with more, a helper that other processes kept from its first part makes its scratch later.
    /// </summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_step_allocates_no_tensor_after_the_first_epoch(TrainingMethod method)
    {
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            using ManagedEngine<float> engine = new();
            using Trainer trainer = new(engine, TrainingFixture.Settings(method), TrainingFixture.Shapes.Train);
            List<long> allocated = [];
            trainer.Run(new TrainingRunOptions(), new DirectProgress<TrainingProgress>(_ => allocated.Add(GC.GetAllocatedBytesForCurrentThread())));
            long[] steps = [.. allocated.Zip(allocated.Skip(1), (before, after) => after - before)];

            // Four reports an epoch.
            Assert.All(steps[3..11], bytes => Assert.InRange(bytes, 0, 50_000));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [Fact]
    public void A_checkpoint_of_another_method_or_network_is_refused_with_the_difference()
    {
        using TemporaryFolder folder = new();
        using ManagedEngine<float> engine = new();
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.Standard) with { Epochs = 0 };
        string path = folder["a.safetensors"];
        using (Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train))
        {
            trainer.Run(new TrainingRunOptions { CheckpointPath = path });
        }

        string Refusal(TrainingSettings other, bool resume)
        {
            using Trainer trainer = new(engine, other, TrainingFixture.Shapes.Train);
            TrainingRunOptions options = resume ? new() { ResumeFrom = path } : new() { InitialiseFrom = path };
            return Assert.Throws<InvalidDataException>(() => trainer.Run(options)).Message;
        }

        TrainingSettings wide = settings with { Network = settings.Network with { WidthFactor = 8 } };
        Assert.Contains("method is \"standard\" there and \"adversarial\" here", Refusal(settings with { Method = TrainingMethod.Adversarial }, resume: true), StringComparison.Ordinal);
        Assert.Contains("network.widthFactor is 4 there and 8 here", Refusal(wide, resume: true), StringComparison.Ordinal);
        Assert.Contains("cnn-2-4", Refusal(wide, resume: false), StringComparison.Ordinal);
        Assert.Contains("shape [4]", Refusal(settings with { Method = TrainingMethod.AdvProp }, resume: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_changes_nothing()
    {
        using TemporaryFolder folder = new();
        using ManagedEngine<float> engine = new();
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.Standard) with { Epochs = 0 };
        string path = folder["a.safetensors"];
        using Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train);
        trainer.Run(new TrainingRunOptions { CheckpointPath = path });
        int[] before = TrainingFixture.Bits(trainer.Network);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length - 5)]);
        Assert.Throws<InvalidDataException>(() => trainer.Run(new TrainingRunOptions { ResumeFrom = path }));
        Assert.Throws<InvalidDataException>(() => TrainedNetwork.Load(engine, path));
        File.WriteAllText(path, "not safetensors at all");
        Assert.Throws<InvalidDataException>(() => trainer.Run(new TrainingRunOptions { ResumeFrom = path }));
        Assert.Equal(before, TrainingFixture.Bits(trainer.Network));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_diverging_run_stops_with_a_clear_error_and_keeps_the_last_checkpoint()
    {
        using TemporaryFolder folder = new();
        using ManagedEngine<float> engine = new();
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.Standard) with
        {
            Schedule = new ScheduleSettings { Kind = ScheduleKind.Step, LearningRate = 1e-3, StepFactor = 1e38, Milestones = [1] },
        };
        using Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train);
        DivergedException error = Assert.Throws<DivergedException>(() => trainer.Run(new TrainingRunOptions { CheckpointPath = folder["a.safetensors"] }));
        Assert.Contains("epoch 2", error.Message, StringComparison.Ordinal);
        using TrainedNetwork kept = TrainedNetwork.Load(engine, folder["a.safetensors"]);
        Assert.All(TrainingFixture.Bits(kept), bits => Assert.True(float.IsFinite(BitConverter.Int32BitsToSingle(bits))));
    }

    [Fact]
    public void Settings_survive_json()
    {
        foreach (TrainingMethod method in Enum.GetValues<TrainingMethod>())
        {
            TrainingSettings settings = TrainingFixture.Settings(method) with { Trained = TrainedParts.Rescaling | TrainedParts.Gate };
            string text = SettingsJson.Write(settings);
            Assert.Equal(text, SettingsJson.Write(SettingsJson.Read<TrainingSettings>(text, "test")));
        }

        Assert.Contains("test", Assert.Throws<InvalidDataException>(() => SettingsJson.Read<TrainingSettings>("{\"epoch\": 3}", "test")).Message, StringComparison.Ordinal);
    }
}

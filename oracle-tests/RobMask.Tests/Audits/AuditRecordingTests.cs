using RobMask.Engines.Managed;
using RobMask.Experiments.Runs;
using RobMask.Tests.Training;
using RobMask.Training;
using RobMask.Training.Auditing;
using Xunit;

namespace RobMask.Tests.Audits;

/// <summary>What recording does to a run: nothing.</summary>
public sealed class AuditRecordingTests
{
    public static TheoryData<TrainingMethod> Methods => [.. Enum.GetValues<TrainingMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Recording_changes_no_bit(TrainingMethod method)
    {
        using TemporaryFolder temporary = new();
        TrainingSettings settings = TrainingFixture.Settings(method);

        Assert.Equal(
            TrainingFixture.Train(settings),
            TrainingFixture.Train(settings, new TrainingRunOptions { Audit = new AuditRecording(temporary["audit"], "x", 1) }));
    }

    [Fact]
    public void A_resumed_run_goes_on_recording_and_ends_with_the_same_records()
    {
        using TemporaryFolder temporary = new();
        TrainingSettings settings = TrainingFixture.Settings(TrainingMethod.RobMask);
        TrainingFixture.Train(settings, new TrainingRunOptions { Audit = new AuditRecording(temporary["whole"], "x", 2) });
        using CancellationTokenSource source = new();
        using ManagedEngine<float> engine = new();
        TrainingRunOptions options = new() { Audit = new AuditRecording(temporary["parts"], "x", 2), CheckpointPath = temporary["x.safetensors"] };
        using (Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train))
        {
            int steps = 0;
            Assert.True(trainer.Run(options, new DirectProgress<TrainingProgress>(_ => { if (++steps == 4) { source.Cancel(); } }), source.Token).Cancelled);
        }

        // A run that was killed may have recorded steps that its checkpoint does not know of.
        File.WriteAllText(AuditFiles.PathOf(temporary["parts"], "x", 700), "of a step that is taken anew");
        using (Trainer trainer = new(engine, settings, TrainingFixture.Shapes.Train))
        {
            trainer.Run(options with { ResumeFrom = options.CheckpointPath });
        }

        string[] names = [.. Directory.GetFiles(temporary["whole"]).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(["x-step-000001.safetensors", "x-step-000002.safetensors", "x-step-000004.safetensors", "x-step-000006.safetensors", "x-step-000008.safetensors", "x-step-000009.safetensors"], names);
        Assert.Equal(names, Directory.GetFiles(temporary["parts"]).Select(path => Path.GetFileName(path)!).Order());
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(temporary["whole"], name)), File.ReadAllBytes(Path.Combine(temporary["parts"], name))));
    }

    [Fact]
    public void A_run_without_a_checkpoint_may_begin_anew_where_it_recorded()
    {
        using TemporaryFolder temporary = new();
        using ManagedEngine<float> engine = new();
        using (RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"]))
        {
            // What a run leaves that diverged in its first epoch.
            Directory.Delete(folder.Checkpoints, recursive: true);
            foreach (string name in (string[])["results.json", "report.html", "evaluations.jsonl"])
            {
                File.Delete(folder.In(name));
            }

            Directory.Delete(folder.Samples, recursive: true);
        }

        using RunFolder again = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"], every: 100);
        Assert.Equal([0, 7], AuditFiles.In(again.Audit).Select(record => (int)record.Iteration));
    }

    [Fact]
    public void A_run_in_double_is_not_recorded()
    {
        using TemporaryFolder temporary = new();
        using ManagedEngine<double> engine = new();

        ArgumentException error = Assert.Throws<ArgumentException>(() => AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard) with { DoublePrecision = true }, temporary["run"]));

        Assert.Contains("records hold floats", error.Message, StringComparison.Ordinal);
    }
}

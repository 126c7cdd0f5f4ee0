using RobMask.Engines.Managed;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Training;
using RobMask.Verification.Audits;
using RobMask.Verification.Audits.Replays;
using Xunit;

namespace RobMask.Tests.Audits;

/// <summary>Honest runs pass, and each fault is caught with its cause.</summary>
public sealed class RunAuditTests
{
    public static TheoryData<TrainingMethod> Methods => [.. Enum.GetValues<TrainingMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_honest_run_on_another_engine_is_within_rounding_noise(TrainingMethod method)
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(method, seed: 2), temporary["run"]);

        AuditReport report = AuditedRuns.Audit(folder);

        Assert.Equal([1, 3, 6, 8], report.Steps.Select(step => (int)step.Step));
        Assert.Empty(report.Missing);
        Assert.All(report.Steps, step =>
        {
            Assert.Equal(AuditVerdict.WithinNoise, step.Verdict);
            Assert.Empty(step.Causes);
            Assert.DoesNotContain(step.Checks, check => check.Verdict == AuditVerdict.NotChecked);

            // Honest ratios are below 7 (docs/audit.md); the factor of 32 leaves room for ReLUs that take another turn.
            Assert.True(step.Worst!.Ratio < 20, $"{step.Worst.Name}: {step.Worst.Ratio}");
        });
        Assert.Contains(report.Steps[0].Checks, check => check.Name == "initial weights");
        Assert.Contains(report.Steps[^1].Checks, check => check.Name == "checkpoint");
        Assert.Equal(method != TrainingMethod.Standard, report.Steps[0].Checks.Any(check => check.Name == "attack"));
    }

    [Fact]
    public void The_reference_itself_has_no_distance_but_its_rounding()
    {
        using TemporaryFolder temporary = new();
        using ManagedEngine<float> engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.RobMask), temporary["run"], every: 100);

        Assert.All(AuditedRuns.Audit(folder).Steps, step => Assert.True(step.Worst!.Ratio <= 4, $"{step.Worst.Name}: {step.Worst.Ratio}"));
    }

    [Theory]
    [InlineData("skipped", "skipped")]
    [InlineData("rate", "1.01 times the declared one")]
    [InlineData("rate+", "1.0001 times the declared one")]
    [InlineData("decay", "weight decay is missing")]
    [InlineData("momentum", "the momentum buffer was not used")]
    public void A_fault_of_the_optimiser_breaks_a_proven_bound(string fault, string cause)
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = fault switch
        {
            // cnn of two blocks: 8 parameters a step.
            "skipped" => new FaultyEngine { Skips = call => call / 8 == 5 },
            "rate" => new FaultyEngine { Rates = rates => rates with { LearningRate = rates.LearningRate * 1.01f } },
            "rate+" => new FaultyEngine { Rates = rates => rates with { LearningRate = rates.LearningRate * 1.0001f } },
            "decay" => new FaultyEngine { Rates = rates => rates with { WeightDecay = 0 } },
            _ => new FaultyEngine { ForgetsMomentum = true },
        };
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"]);

        AuditedStep step = Assert.Single(AuditedRuns.Audit(folder, 6).Steps);

        Assert.Equal(AuditVerdict.Wrong, step.Verdict);
        Assert.Equal(["optimiser"], step.Checks.Where(check => check.Verdict == AuditVerdict.Wrong).Select(check => check.Name));
        Assert.Contains(cause, string.Join("; ", step.Causes), StringComparison.Ordinal);
        Assert.All(step.Checks.Where(check => check.Kind == "measured"), check => Assert.Equal(AuditVerdict.WithinNoise, check.Verdict));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tf32_declared_as_fp32_is_explained_and_declared_as_tf32_is_right(bool cut)
    {
        foreach (string declared in (string[])["fp32", "tf32"])
        {
            using TemporaryFolder temporary = new();
            using FaultyEngine engine = new(cut ? OperandFormat.Tf32Cut : OperandFormat.Tf32, declared);
            using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.RobMask), temporary["run"]);

            AuditReport report = AuditedRuns.Audit(folder);

            if (declared == "tf32")
            {
                Assert.True(report.IsKept, AuditText.Summary(report));
                continue;
            }

            Assert.False(report.IsKept);
            Assert.All(report.Steps, step =>
            {
                Assert.Equal(AuditVerdict.Explained, step.Verdict);
                Assert.Equal("explained by tf32", AuditText.Name(step));
                Assert.Equal("operands of products were rounded as in tf32, fp32 was declared", Assert.Single(step.Causes));
            });
        }
    }

    [Fact]
    public void Another_batch_under_the_right_indices_is_caught_by_its_pixels_and_without_them_by_its_gradients()
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new() { ReversesImages = true };
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"]);

        AuditedStep step = Assert.Single(AuditedRuns.Audit(folder, 3).Steps);

        Assert.Equal(AuditVerdict.Wrong, step.Checks.Single(check => check.Name == "pixels").Verdict);
        Assert.Equal(AuditVerdict.Kept, step.Checks.Single(check => check.Name == "order of the images").Verdict);
        Assert.Equal(AuditVerdict.Beyond, step.Checks.Single(check => check.Name == "gradients").Verdict);
        Assert.Contains(step.Causes, cause => cause.Contains("the gradients", StringComparison.Ordinal));
    }

    [Fact]
    public void A_batch_of_another_step_has_gradients_that_have_little_to_do_with_it()
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"], every: 1);
        string record = AuditedRuns.Record(folder, TrainingMethod.Standard, 3);
        string other = AuditedRuns.Record(folder, TrainingMethod.Standard, 4);
        AuditedRuns.Tamper(record, (name, values) =>
        {
            if (name.StartsWith("gradient.", StringComparison.Ordinal))
            {
                AuditedRuns.Read(other, name).CopyTo(values, 0);
            }
        });

        AuditedStep step = Assert.Single(AuditedRuns.Audit(folder, 3).Steps);

        Assert.Equal(AuditVerdict.Beyond, step.Checks.Single(check => check.Name == "gradients").Verdict);
        Assert.Contains(step.Causes, cause => cause.Contains("the gradients", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("after.conv2.weight", 1e-4f)]
    [InlineData("after.fc.bias", 1e-4f)]
    [InlineData("after.momentum.bn1.weight", 1e-4f)]
    public void One_number_that_was_changed_after_the_step_is_found(string tensor, float part)
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.RobMask), temporary["run"]);
        AuditedRuns.Tamper(AuditedRuns.Record(folder, TrainingMethod.RobMask, 3), (name, values) =>
        {
            if (name == tensor)
            {
                values[1] *= 1 + part;
            }
        });

        AuditedStep step = Assert.Single(AuditedRuns.Audit(folder, 3).Steps);

        Assert.Equal(AuditVerdict.Wrong, step.Verdict);
        Assert.Contains($"elements of {tensor["after.".Length..]} are not what the step gives", string.Join("; ", step.Causes), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_were_changed_between_two_recorded_steps_do_not_join()
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"], every: 1);
        AuditedRuns.Tamper(AuditedRuns.Record(folder, TrainingMethod.Standard, 3), (name, values) => values[0] = name == "before.fc.bias" ? MathF.BitIncrement(values[0]) : values[0]);

        AuditCheck check = Assert.Single(AuditedRuns.Audit(folder, 3).Steps).Checks.Single(check => check.Name == "joins the step before");

        Assert.Equal(AuditVerdict.Wrong, check.Verdict);
        Assert.Contains("fc.bias, element 0", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_that_stand_still_are_named()
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Adversarial), temporary["run"]);
        string record = AuditedRuns.Record(folder, TrainingMethod.Adversarial, 3);
        AuditedRuns.Tamper(record, (name, values) =>
        {
            if (name is "after.bn2.running_mean" or "after.bn2.running_var")
            {
                AuditedRuns.Read(record, "before" + name["after".Length..]).CopyTo(values, 0);
            }
        });

        AuditedStep step = Assert.Single(AuditedRuns.Audit(folder, 3).Steps);

        Assert.Equal(AuditVerdict.Beyond, step.Verdict);
        Assert.Equal("running statistics were not updated: bn2.running_mean, bn2.running_var", Assert.Single(step.Causes));
    }

    [Fact]
    public void An_attack_of_other_pixels_inside_the_ball_is_beyond()
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        RunSettings settings = AuditedRuns.Settings(TrainingMethod.Adversarial);
        RunSettings weaker = settings with { Training = settings.Training with { Attack = settings.Training.Attack with { Steps = 1 } } };
        using RunFolder folder = AuditedRuns.Run(engine, weaker, temporary["run"]);
        string step = "\"steps\":1";
        foreach (int number in (int[])[1, 3, 6, 8])
        {
            AuditedRuns.Tamper(AuditedRuns.Record(folder, TrainingMethod.Adversarial, number), step: text => text.Contains(step, StringComparison.Ordinal) ? text.Replace(step, "\"steps\":3", StringComparison.Ordinal) : throw new InvalidOperationException(text));
        }

        AuditedStep audited = Assert.Single(AuditedRuns.Audit(folder, 6).Steps);

        Assert.Equal(AuditVerdict.Wrong, audited.Checks.Single(check => check.Name == "settings").Verdict);
        Assert.Equal(AuditVerdict.Beyond, audited.Checks.Single(check => check.Name == "attack").Verdict);
        Assert.Equal(AuditVerdict.WithinNoise, audited.Checks.Single(check => check.Name == "gradients").Verdict);
    }

    [Fact]
    public void A_record_that_is_not_there_any_more_is_missed()
    {
        using TemporaryFolder temporary = new();
        using FaultyEngine engine = new();
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), temporary["run"]);
        File.Delete(AuditedRuns.Record(folder, TrainingMethod.Standard, 6));

        AuditReport report = AuditedRuns.Audit(folder);

        Assert.False(report.IsKept);
        Assert.Equal(["standard, step 6"], report.Missing);
    }
}

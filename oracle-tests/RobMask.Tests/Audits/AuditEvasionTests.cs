using RobMask.Data;
using RobMask.Engines.Managed;
using RobMask.Experiments.Runs;
using RobMask.Training;
using RobMask.Verification.Audits;
using Xunit;

namespace RobMask.Tests.Audits;

/// <summary>Ways around an audit that somebody found: each is caught, or said.</summary>
public sealed class AuditEvasionTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly RunFolder _folder;

    public AuditEvasionTests()
    {
        using ManagedEngine<float> engine = new();
        _folder = AuditedRuns.Run(engine, AuditedRuns.Settings(TrainingMethod.Standard), _temporary["run"]);
    }

    private string Third => AuditedRuns.Record(_folder, TrainingMethod.Standard, 3);

    public void Dispose()
    {
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_statistic_before_the_step_that_is_no_number_is_wrong(float value)
    {
        AuditedRuns.Tamper(Third, (name, values) => values[0] = name.StartsWith("before.", StringComparison.Ordinal) && name.EndsWith(".running_var", StringComparison.Ordinal) ? value : values[0]);

        AuditedStep step = Assert.Single(AuditedRuns.Audit(_folder, 3).Steps);

        Assert.Equal(AuditVerdict.Wrong, step.Checks.Single(check => check.Name == "finite").Verdict);
        Assert.Equal(AuditVerdict.Beyond, step.Checks.Single(check => check.Name == "running statistics").Verdict);
    }

    [Fact]
    public void One_record_cannot_declare_a_coarser_arithmetic_than_the_others()
    {
        AuditedRuns.Tamper(Third, step: text => text.Replace("\"arithmetic\":\"fp32\"", "\"arithmetic\":\"bf16\"", StringComparison.Ordinal));

        AuditReport report = AuditedRuns.Audit(_folder);

        Assert.Equal("bf16 is declared; step 1, by the same engine, declares fp32", report.Steps[1].Checks.Single(check => check.Name == "arithmetic").Detail);
        Assert.False(report.IsKept);
    }

    [Fact]
    public void The_last_record_of_a_training_that_is_over_must_be_there()
    {
        File.Delete(AuditedRuns.Record(_folder, TrainingMethod.Standard, 8));

        Assert.Equal(["standard, step 8, the last"], AuditedRuns.Audit(_folder).Missing);
    }

    [Fact]
    public void Records_of_two_intervals_are_said_to_be()
    {
        AuditedRuns.Tamper(Third, step: text => text.Replace("\"every\":3", "\"every\":4", StringComparison.Ordinal));

        Assert.Contains("every 3 and every 4 steps", Assert.Single(AuditedRuns.Audit(_folder).Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_of_its_own_begins_with_its_seed_whatever_a_record_says()
    {
        AuditedRuns.Tamper(AuditedRuns.Record(_folder, TrainingMethod.Standard, 1), step: text => text.Replace("\"initialisedFrom\":null", "\"initialisedFrom\":\"nowhere.safetensors\"", StringComparison.Ordinal));

        AuditedStep step = Assert.Single(AuditedRuns.Audit(_folder, 1).Steps);

        Assert.Equal(AuditVerdict.Wrong, step.Checks.Single(check => check.Name == "initial weights").Verdict);
    }

    [Fact]
    public void One_changed_gradient_is_not_put_down_to_the_arithmetic()
    {
        AuditedRuns.Tamper(Third, (name, values) => values[0] *= name == "gradient.conv2.weight" ? 1.05f : 1);

        AuditedStep step = Assert.Single(AuditedRuns.Audit(_folder, 3).Steps);

        Assert.Equal(AuditVerdict.Beyond, step.Checks.Single(check => check.Name == "gradients").Verdict);
        Assert.Contains("the gradients of conv2.weight alone are not the batch's", step.Causes);
    }

    [Fact]
    public void Images_of_another_shape_are_refused_by_what_the_run_was_taken_on()
    {
        Dataset others = DatasetCatalog.Load("shapes", new DatasetOptions { Shapes = new ShapesOptions { Size = 32, Classes = 3, TrainCount = 64, TestCount = 12 } }).Train;

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => RunAudit.Run(_folder, others));

        Assert.EndsWith("the step was taken on 64 images [3, 16, 16] of 3 classes; shapes has 64 images [3, 32, 32] of 3; is --data that of the run?", error.Message, StringComparison.Ordinal);
    }
}

using RobMask.Experiments.Runs;
using RobMask.Tests;
using RobMask.Tests.Audits;
using RobMask.Torch.Engine;
using RobMask.Training;
using RobMask.Verification.Audits;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Audits;

/// <summary>Runs of the torch engine, audited by the managed one.</summary>
public sealed class TorchAuditTests(ITestOutputHelper output)
{
    public static TheoryData<TrainingMethod> Methods => [.. Enum.GetValues<TrainingMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_honest_run_is_within_rounding_noise(TrainingMethod method) => RequireHonest(method, 0);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Methods))]
    public void Honest_runs_of_many_seeds_are_within_rounding_noise(TrainingMethod method)
    {
        for (ulong seed = 1; seed <= 12; seed++)
        {
            RequireHonest(method, seed);
        }
    }

    [Theory]
    [InlineData(TrainingMethod.RobMask)]
    [InlineData(TrainingMethod.Trades)]
    [InlineData(TrainingMethod.Standard)]
    public void Bf16_is_right_where_it_is_declared_and_explained_where_fp32_is(TrainingMethod method)
    {
        AuditReport honest = Audit(method, 1, TorchPrecision.Bf16);
        AuditReport dishonest = Audit(method, 1, TorchPrecision.Bf16, step => step.Replace("\"arithmetic\":\"bf16\"", "\"arithmetic\":\"fp32\"", StringComparison.Ordinal));

        Assert.True(honest.Verdict == AuditVerdict.WithinNoise, AuditText.Summary(honest));
        Assert.All(dishonest.Steps, step => Assert.Equal("explained by bf16", AuditText.Name(step)));
    }

    private void RequireHonest(TrainingMethod method, ulong seed)
    {
        AuditReport report = Audit(method, seed, TorchPrecision.Fp32);

        Assert.True(report.Verdict == AuditVerdict.WithinNoise, AuditText.Summary(report));

        // Hundreds of steps of honest runs stayed below 7 (docs/audit.md), a fifth of what is allowed.
        Assert.True(report.Steps.Max(step => step.Worst!.Ratio) < 16, AuditText.Summary(report));
    }

    private AuditReport Audit(TrainingMethod method, ulong seed, TorchPrecision precision, Func<string, string>? tamper = null)
    {
        using TemporaryFolder temporary = new();
        using TorchEngine engine = new(precision: precision);
        using RunFolder folder = AuditedRuns.Run(engine, AuditedRuns.Settings(method, seed), temporary["run"]);
        foreach (string record in tamper is null ? [] : Directory.GetFiles(folder.Audit))
        {
            AuditedRuns.Tamper(record, step: tamper);
        }

        AuditReport report = AuditedRuns.Audit(folder);
        foreach (AuditedStep step in report.Steps)
        {
            AuditCheck? attack = step.Checks.FirstOrDefault(check => check.Name == "attack");
            output.WriteLine($"seed {seed}: {AuditText.Line(step)}; {attack?.Detail}");
        }

        return report;
    }
}

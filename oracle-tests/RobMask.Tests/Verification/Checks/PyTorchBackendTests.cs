using RobMask.Verification.Bounds;
using RobMask.Verification.Checks;
using Xunit;

namespace RobMask.Tests.Verification.Checks;

/// <summary>adapters/pytorch/backend.py under the check: PyTorch in float is within its bounds and obeys the laws.</summary>
public sealed class PyTorchBackendTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static string Command => $"\"{PyTorch.Interpreter}\" \"{Path.Combine(PyTorch.Adapter, "backend.py")}\"";

    [SkippableFact]
    public void PyTorch_is_within_its_bounds_and_obeys_the_laws() => Check(cases: 20, seed: 7);

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void PyTorch_is_within_its_bounds_and_obeys_the_laws_in_many_cases() => Check(cases: 300, seed: 8);

    [SkippableFact]
    public void Operands_rounded_to_bf16_are_within_bf16_and_explained_by_it_where_fp32_is_asked_for()
    {
        PyTorch.Require();
        CheckOptions options = new() { Operations = ["linear"], Cases = 60, Seed = 9 };
        using (ProcessBackend declared = new(Command + " --precision bf16", Timeout))
        {
            CheckReport report = new BackendCheck(declared, options).Run();
            Assert.True(report.Passed, report.Passed ? null : $"{report.Failures[0].What}; {report.Failures[0].Case}");
        }

        using ProcessBackend asked = new(Command + " --precision bf16", Timeout, ArithmeticModel.Fp32);
        Assert.False(new BackendCheck(asked, options with { Laws = [] }).Run().Passed);
    }

    private static void Check(int cases, ulong seed)
    {
        PyTorch.Require();
        using ProcessBackend backend = new(Command, Timeout);
        CheckReport report = new BackendCheck(backend, new CheckOptions { Cases = cases, Seed = seed }).Run();
        Assert.True(report.Passed, report.Passed ? null : $"seed {seed}: {report.Failures[0].Operation}, {report.Failures[0].Law ?? "bounds"}: {report.Failures[0].What}; {report.Failures[0].Case}");
        Assert.All(report.Operations, one => Assert.Equal(cases, one.Cases));
    }
}

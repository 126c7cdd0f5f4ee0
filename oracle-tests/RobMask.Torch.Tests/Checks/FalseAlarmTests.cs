using System.Diagnostics;
using RobMask.Torch.Checks;
using RobMask.Verification.Checks;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Checks;

/// <summary>A right implementation is never called wrong: libtorch on the CPU over as many random cases of each operation as fit a few minutes.</summary>
public sealed class FalseAlarmTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Operations => [.. new TorchBackend().Operations];

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Operations))]
    public void Libtorch_is_never_wrong(string operation)
    {
        Stopwatch watch = Stopwatch.StartNew();
        int cases = 0;
        double gauge = 0;
        for (ulong seed = 100; watch.Elapsed < Each; seed++)
        {
            CheckReport report = new BackendCheck(new TorchBackend(), new CheckOptions { Operations = [operation], Seed = seed, Cases = 200, Laws = [] }).Run();
            Assert.True(report.Passed, report.Passed ? null : $"seed {seed}, case {report.Failures[0].Number}: {report.Failures[0].What}; smallest case: {report.Failures[0].Case}");
            cases += report.Operations[0].Cases;
            gauge = Math.Max(gauge, report.Operations[0].Gauge);
        }

        output.WriteLine($"{operation}: {cases} cases, greatest error / bound {gauge:0.###}");
    }
}

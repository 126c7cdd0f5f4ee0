using System.Text;
using RobMask.Tests.Verification.Checks.Faults;
using RobMask.Verification.Checks;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Checks;

/// <summary>Every planted fault is found by the check with its default number of cases, and the table in docs/verification-faults.md says by what.</summary>
/// <remarks>ROBMASK_UPDATE_DOCS=1 writes the table anew.</remarks>
public sealed class SeededFaultTests
{
    private const ulong Seed = 1;

    private static readonly Fault[] Faults = [.. ProductFaults.All, .. NormalisationFaults.All, .. PointwiseFaults.All, .. StepFaults.All];

    public static TheoryData<string> Names => [.. Faults.Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_fault_is_wrong_or_explained_by_its_cause(string name)
    {
        Fault fault = Faults.Single(one => one.Name == name);
        CheckReport report = Check(fault);
        CheckFailure? failure = report.Failures.FirstOrDefault(one => one.Law is null);
        Assert.True(failure is not null, $"seed {Seed}: {fault.Operation} is {report.Operations[0].Verdict}");
        Assert.True(fault.Explanation == failure.Explanation, $"explained by {failure.Explanation ?? "nothing"}: {failure.What}");
        Assert.Equal(fault.Explanation is null ? Verdict.Wrong : Verdict.Explained, failure.Verdict);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void The_table_of_faults_is_that_of_a_run()
    {
        string path = Path.Combine(Repository(), "docs", "verification-faults.md");
        string table = Table();
        if (Environment.GetEnvironmentVariable("ROBMASK_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, table);
        }

        // Counts, cases and guesses move with every refinement of the judge; what catches a fault does not.
        Assert.Equal(Verdicts(table), Verdicts(File.ReadAllText(path)));
    }

    private static CheckReport Check(Fault fault) => new BackendCheck(new FaultyBackend(fault), new CheckOptions { Operations = [fault.Operation], Seed = Seed }).Run();

    private static string[] Verdicts(string table) => [.. table.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => string.Join('|', line.Split('|')[..4]))];

    private static string Table()
    {
        StringBuilder text = new();
        text.Append($"""
            # Seeded faults and what catches them

            Each of these {Faults.Length} faults is planted into one operation of the reference's own answers (oracle-tests/RobMask.Tests/Verification/Checks/Faults)
            and checked as `robmask check` checks any backend: declared as fp32, {CheckOptions.DefaultCases} cases, seed {Seed}. The same check of the reference without
            a fault finds nothing (`ManagedBackendFacts`). «Cases» are those in which the answer itself is outside its bounds, «laws» those that do
            not hold on the backend's own answers, «guess» is what the judge says of the first failing case. This file is written by
            `ROBMASK_UPDATE_DOCS=1 dotnet test oracle-tests/RobMask.Tests --filter The_table_of_faults`, which also tests it.

            | fault | operation | verdict | cases | laws that break | guess |
            |---|---|---|---|---|---|

            """);
        foreach (Fault fault in Faults)
        {
            CheckReport report = Check(fault);
            CheckFailure? failure = report.Failures.FirstOrDefault(one => one.Law is null);
            OperationCheck check = report.Operations[0];
            string verdict = failure is null ? check.Verdict.ToString().ToLowerInvariant() : failure.Explanation is null ? "wrong" : $"explained by {failure.Explanation}";
            string[] laws = [.. report.Failures.Where(one => one.Law is not null).Select(one => one.Law!).Distinct()];
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {fault.Name} | {fault.Operation} | {verdict} | {check.Wrong + check.Explained} | {(laws.Length == 0 ? "–" : string.Join("; ", laws))} | {failure?.Cause ?? "–"} |\n");
        }

        return text.ToString();
    }

    private static string Repository()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Reference.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no Reference.sln above the tests");
        }

        return folder.FullName;
    }
}

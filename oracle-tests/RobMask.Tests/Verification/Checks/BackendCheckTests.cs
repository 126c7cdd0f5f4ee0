using System.Text.Json.Nodes;
using RobMask.Tests.Verification.Checks.Faults;
using RobMask.Verification.Checks;
using RobMask.Verification.Checks.Cases;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification.Checks;

/// <summary>The check itself: the protocol from end to end, seeds, shrinking, saved cases.</summary>
public sealed class BackendCheckTests
{
    private static readonly Fault DroppedTap = ProductFaults.All.First();

    [Fact]
    public void The_reference_behind_the_protocol_has_the_bits_of_the_reference()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "robmask.dll");
        string output = Cli.CommandLine.Succeed("check --cases 6 --seed 3 --json", "--backend", $"dotnet \"{program}\" backend");
        JsonArray operations = JsonNode.Parse(output)!["operations"]!.AsArray();
        Assert.Equal(OperationCatalog.All.Count, operations.Count);
        Assert.All(operations, one => Assert.Equal(6, (int)one!["bitwise"]!));
    }

    [Fact]
    public void The_same_seed_gives_the_same_cases_and_another_gives_others()
    {
        Assert.Equal(CaseGenerator.Describe(CaseBuilder.Build(CaseGenerator.Case("conv2d", 5, 3))), CaseGenerator.Describe(CaseBuilder.Build(CaseGenerator.Case("conv2d", 5, 3))));
        string[] cases = [.. Enumerable.Range(0, 50).Select(number => CaseGenerator.Describe(CaseBuilder.Build(CaseGenerator.Case("conv2d", 5, number))))];
        Assert.True(cases.Distinct().Count() > 45);
        Assert.NotEqual(cases[3], CaseGenerator.Describe(CaseBuilder.Build(CaseGenerator.Case("conv2d", 6, 3))));
    }

    [Fact]
    public void Every_operation_has_cases_that_it_accepts()
    {
        foreach (Operation operation in OperationCatalog.All)
        {
            for (int number = 0; number < 40; number++)
            {
                Assert.NotEmpty(OperationCatalog.Run(CaseBuilder.Build(CaseGenerator.Case(operation.Name, 11, number))));
            }
        }
    }

    [Fact]
    public void A_failing_case_becomes_small_is_saved_and_fails_again()
    {
        using TemporaryFolder folder = new();
        CheckReport report = new BackendCheck(new FaultyBackend(DroppedTap), new CheckOptions { Operations = ["conv2d"], Seed = 1, SaveFolder = folder["failed"], Laws = [] }).Run();
        CheckFailure failure = Assert.Single(report.Failures);
        CaseFile saved = CaseFile.Load(failure.File!);
        Assert.Equal("conv2d", saved.Request.Name);

        // A tap is dropped where there are two; nothing else is needed.
        Assert.True(saved.Request.Inputs["weight"].Shape.Length <= 2, failure.Case);
        Assert.True(saved.Request.Inputs["input"].Shape.Length <= 2, failure.Case);
        Assert.False(new BackendCheck(new FaultyBackend(DroppedTap)).Replay(saved).Passed);
        Assert.True(new BackendCheck(new ManagedBackend()).Replay(saved).Passed);
    }

    [Fact]
    public void A_broken_law_is_saved_with_its_name_and_breaks_again()
    {
        using TemporaryFolder folder = new();
        Fault fault = NormalisationFaults.All.First(one => one.Name == "coefficients of the wrong image");
        CheckReport report = new BackendCheck(new FaultyBackend(fault), new CheckOptions { Operations = ["mixed_rescale"], Seed = 1, SaveFolder = folder["failed"] }).Run();
        CheckFailure failure = report.Failures.First(one => one.Law is not null);
        CaseFile saved = CaseFile.Load(failure.File!);
        Assert.Equal(failure.Law, saved.Law);
        Assert.Contains(new BackendCheck(new FaultyBackend(fault)).Replay(saved).Failures, one => one.Law == failure.Law);
    }

    [Theory]
    [InlineData("nonsense", "error")]
    [InlineData("[]", "error")]
    [InlineData("""{"id": 7}""", "error")]
    [InlineData("""{"id": 7, "request": "dance"}""", "error")]
    [InlineData("""{"id": 7, "request": "run", "operation": "relu", "inputs": "/no/such.safetensors", "outputs": "/tmp/x.safetensors"}""", "error")]
    [InlineData("""{"id": 7, "request": "hello", "protocol": 1}""", "operations")]
    public void The_served_reference_answers_whatever_it_is_asked(string request, string expected)
    {
        using StringReader input = new(request + "\n");
        using StringWriter output = new();
        BackendService.Serve(new ManagedBackend(), input, output);
        JsonObject answer = JsonNode.Parse(output.ToString())!.AsObject();
        Assert.True(answer.ContainsKey(expected), output.ToString());
    }

    [Fact]
    public void A_damaged_saved_case_is_told_with_its_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("case.safetensors", "rubbish that is no safetensors file");
        (int code, _, string error) = Cli.CommandLine.Run("check", "--backend", "cat", "--replay", path);
        Assert.Equal(3, code);
        Assert.Contains(path, error, StringComparison.Ordinal);
    }
}

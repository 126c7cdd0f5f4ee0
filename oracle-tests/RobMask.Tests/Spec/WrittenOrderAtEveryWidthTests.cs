using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>SpecTests once more in child processes, whose kernels are those of other vector widths.</summary>
public sealed class WrittenOrderAtEveryWidthTests
{
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("DOTNET_PreferredVectorBitWidth=256")]
    [InlineData("DOTNET_PreferredVectorBitWidth=128")]
    [InlineData("DOTNET_EnableAVX2=0")]
    [InlineData("DOTNET_EnableHWIntrinsic=0")]
    public void The_document_holds_at_other_widths(string environment)
    {
        string assembly = typeof(WrittenOrderAtEveryWidthTests).Assembly.Location;
        (int code, string output) = ChildProcess.Run($"{environment} SPEC_SEED={Draw.RunSeed}", "vstest", assembly, "--TestCaseFilter:FullyQualifiedName~SpecTests");
        Assert.True(code == 0 && output.Contains("Passed!", StringComparison.Ordinal), $"{environment}, SPEC_SEED={Draw.RunSeed}: exit code {code}\n{output}");
    }
}

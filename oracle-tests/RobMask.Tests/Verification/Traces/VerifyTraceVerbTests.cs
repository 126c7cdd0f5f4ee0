using System.Text.Json;
using System.Text.Json.Nodes;
using RobMask.Tests.Cli;
using Xunit;

namespace RobMask.Tests.Verification.Traces;

public sealed class VerifyTraceVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_right_trace_ends_with_0()
    {
        (int code, string output, string error) = CommandLine.Run("verify trace", Sample());
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains("15 judged of 15", output, StringComparison.Ordinal);
        Assert.Contains("not judged", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_one_ends_with_1_and_the_first_wrong_operation_is_named()
    {
        string path = Sample();
        TraceSample.Change(path, "conv2/output", 5, value => value + 1000);
        (int code, string output, string error) = CommandLine.Run("verify trace --json", path);
        Assert.Equal((1, string.Empty), (code, error));
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal("wrong", report.RootElement.GetProperty("verdict").GetString());
        Assert.Contains("conv2", report.RootElement.GetProperty("firstWrong").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify trace")]
    [InlineData("verify trace --end-to-end")]
    public void A_trace_of_which_nothing_is_judged_ends_with_1_and_says_so(string verb)
    {
        string path = Sample();
        TraceSample.Edit(path, program =>
        {
            foreach (JsonNode? operation in program["operations"]!.AsArray().Where(operation => (string?)operation!["op"] != "alias"))
            {
                operation!["opaque"] = true;
            }
        });
        (int code, string output, _) = CommandLine.Run(verb, path);
        Assert.Equal(1, code);
        Assert.EndsWith("nothing was judged", output.Trim(), StringComparison.Ordinal);
        Assert.Contains("precision: fp32, as the trace declares", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_is_drawn()
    {
        string page = _folder["verdict.html"];
        Assert.Equal(0, CommandLine.Run("verify trace --end-to-end", Sample(), "--html", page).Code);
        Assert.Contains("mask bits that rounding may flip", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only", "layer9", "no operation that is judged has the name «layer9»")]
    [InlineData("--precision", "fp8", "there is no precision «fp8»")]
    public void A_setting_that_means_nothing_ends_with_2(string option, string value, string message)
    {
        (int code, _, string error) = CommandLine.Run("verify trace", Sample(), option, value);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_trace_ends_with_3_and_one_message()
    {
        string path = Sample();
        TraceSample.Edit(path, program => program["operations"]!.AsArray()[0]!["op"] = "conv3d");
        (int code, string output, string error) = CommandLine.Run("verify trace", path);
        Assert.Equal((3, string.Empty), (code, output));
        Assert.Equal($"robmask: {path}: operation 0 «conv1» (conv3d): there is no operation «conv3d»; one that is not to be judged says \"opaque\": true", error.Trim());
    }

    [Fact]
    public void A_trace_that_was_cut_ends_with_3()
    {
        string path = Sample();
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        Assert.Equal(3, CommandLine.Run("verify trace", path).Code);
    }

    private string Sample()
    {
        string path = _folder["step.safetensors"];
        TraceSample.Write(path);
        return path;
    }
}

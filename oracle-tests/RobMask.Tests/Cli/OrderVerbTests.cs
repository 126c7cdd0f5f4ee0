using System.Text.Json;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary><c>robmask order</c> asks our own backend in a process of its own.</summary>
public sealed class OrderVerbTests
{
    private static readonly string Backend = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "robmask.dll")}' backend";

    [Fact]
    public void The_order_of_a_convolution_is_named_and_replayed()
    {
        string output = CommandLine.Succeed("order --op conv2d --channels 5 --kernel 3 --size 4 --outputs 3", "--backend", Backend);

        Assert.Contains("order   sequential, first to last (fma1's conv2d and linear; RepDL)", output, StringComparison.Ordinal);
        Assert.Contains("tree    0..44", output, StringComparison.Ordinal);
        Assert.Contains("replay  added in float, products fused: all 256 random sums have the same bits", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tree_of_a_mean_is_whole_in_JSON()
    {
        using JsonDocument json = JsonDocument.Parse(CommandLine.Succeed("order --op mean --terms 35 --json", "--backend", Backend));

        Assert.True(json.RootElement.GetProperty("found").GetBoolean());
        Assert.Equal(256, json.RootElement.GetProperty("agreeing").GetInt32());
        string tree = json.RootElement.GetProperty("tree").GetString()!;
        Assert.All(Enumerable.Range(0, 35), term => Assert.Matches($@"[\[,]{term}[\],]", tree));
    }

    [Theory]
    [InlineData("""{"id": 2, "ok": false, "error": "CUDA error: out of memory\nat line 3"}""", "box, cpu: linear [32, 64] × [16, 64] failed: CUDA error: out of memory")]
    [InlineData("""{"id": 2, "ok": false, "unsupported": "rows above 16"}""", "box, cpu: linear [32, 64] × [16, 64] is not supported: rows above 16")]
    public void A_backend_that_cannot_compute_a_probe_ends_with_3_and_one_line(string answer, string expected)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("backend.sh", $$"""
            read line; echo '{"id": 1, "ok": true, "protocol": 1, "name": "box", "device": "cpu", "precision": "fp32", "operations": ["linear"]}'
            read line; printf '%s\n' '{{answer}}'
            read line
            """);

        (int code, string output, string error) = CommandLine.Run("order --op linear", "--backend", $"/bin/sh {file}");

        Assert.Equal((3, string.Empty, "robmask: " + expected), (code, output, error.Trim()));
    }

    [Theory]
    [InlineData("order --op linear", 2, "--backend CMD is missing")]
    [InlineData("order --backend cat --op product", 2, "known are linear, conv2d, sum, mean")]
    [InlineData("order --backend cat --op sum --channels 3", 2, "it is an option of conv2d")]
    [InlineData("order --backend cat --op conv2d --kernel 4", 2, "the kernel odd")]
    [InlineData("order --backend /no/such/program", 3, "cannot be started")]
    public void Bad_usage_is_told_in_one_line(string line, int code, string expected)
    {
        (int got, _, string error) = CommandLine.Run(line);

        Assert.Equal(code, got);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}

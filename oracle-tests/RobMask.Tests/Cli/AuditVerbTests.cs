using System.Text.Json;
using RobMask.Cli;
using Xunit;

namespace RobMask.Tests.Cli;

/// <summary><c>robmask audit</c>: what it writes, and its messages.</summary>
public sealed class AuditVerbTests
{
    private const string Train = $"train {CommandLine.Tiny} --method robmask --audit-every 4 --out";

    [Fact]
    public void A_run_is_audited_from_the_command_line()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed(Train, folder["run"]);

        string output = CommandLine.Succeed("audit", folder["run"], "--html", folder["audit.html"]);

        Assert.Contains("robmask, step 4: within rounding noise", output, StringComparison.Ordinal);
        Assert.Contains("3 steps: 3 within rounding noise", output, StringComparison.Ordinal);
        Assert.Contains("conv1.weight", File.ReadAllText(folder["audit.html"]), StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(CommandLine.Succeed("audit --json --step 4", folder["run"], "--report", folder["one.json"]));
        Assert.Equal(1, report.RootElement.GetProperty("steps").GetArrayLength());
        Assert.Equal("withinNoise", report.RootElement.GetProperty("verdict").GetString());
        Assert.True(File.Exists(folder["one.json"]));
    }

    [Fact]
    public void An_interrupted_audit_leaves_the_folder_as_it_was()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed(Train, folder["run"]);
        string[] before = Listing(folder["run"]);
        using CancellationTokenSource source = new();
        using StringWriter error = new();
        using Interrupting output = new(source);

        int code = Program.Run(["audit", folder["run"]], output, error, cancellation: source.Token);

        Assert.Equal(130, code);
        Assert.Contains("interrupted", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("step 1: within rounding noise", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, Listing(folder["run"]));
        CommandLine.Succeed("audit", folder["run"]);
    }

    [Fact]
    public void Every_thing_that_is_missing_or_damaged_has_one_message()
    {
        using TemporaryFolder folder = new();
        CommandLine.Succeed($"train {CommandLine.Tiny} --method standard --out", folder["plain"]);
        Fails(folder["plain"], "holds no recorded steps; «robmask train --audit-every N» records them");
        Fails(folder["nothing"], "is not there");

        CommandLine.Succeed(Train, folder["run"]);
        string record = Path.Combine(folder["run"], "audit", "robmask-step-000004.safetensors");
        byte[] whole = File.ReadAllBytes(record);
        (int code, _, string error) = CommandLine.Run("audit --step 5", folder["run"]);
        Assert.Equal((3, true), (code, error.Contains("step 5 is not recorded; recorded are 1, 4, 8", StringComparison.Ordinal)));

        File.WriteAllBytes(record, whole[..(whole.Length / 2)]);
        Fails(folder["run"], record);
        File.WriteAllBytes(record, new byte[3]);
        Fails(folder["run"], record);
        string text = System.Text.Encoding.Latin1.GetString(whole);
        File.WriteAllBytes(record, System.Text.Encoding.Latin1.GetBytes(text.Replace("\"version\":\"1\"", "\"version\":\"7\"", StringComparison.Ordinal)));
        Fails(folder["run"], "found format robmask-audit-step, version 7");
        File.WriteAllBytes(record, System.Text.Encoding.Latin1.GetBytes(text.Replace("after.fc.bias", "after.fc.bios", StringComparison.Ordinal)));
        Fails(folder["run"], "has no tensor «after.fc.bias»");
        File.WriteAllBytes(record, whole);

        (code, _, error) = CommandLine.Run("audit --data", folder["images"], folder["run"]);
        Assert.Equal((3, true), (code, error.Contains(folder["images"], StringComparison.Ordinal)));
        (code, _, error) = CommandLine.Run("audit --data optdigits --data-dir", folder["images"], folder["run"]);
        Assert.Equal((3, true), (code, error.Contains("optdigits: no files found", StringComparison.Ordinal)));
        Assert.False(File.Exists(Path.Combine(folder["run"], "audit", "report.json")));
    }

    private static void Fails(string run, string message)
    {
        (int code, _, string error) = CommandLine.Run("audit", run);
        Assert.Equal(3, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private static string[] Listing(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order().Select(path => $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}")];

    /// <summary>Ctrl-C when the first step is told.</summary>
    private sealed class Interrupting(CancellationTokenSource source) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            source.Cancel();
        }
    }
}

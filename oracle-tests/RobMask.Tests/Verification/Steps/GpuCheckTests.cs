using System.Diagnostics;
using System.Text.Json.Nodes;
using RobMask.Verification.Steps;
using Xunit;

namespace RobMask.Tests.Verification.Steps;

/// <summary>bench/gpu-check.sh with a program in robmask's place, whose steps end as the test wants; the JSON and the page are the real ones.</summary>
public sealed class GpuCheckTests
{
    private static readonly string _script = Path.GetFullPath(Path.Combine(PyTorch.Adapter, "..", "..", "bench", "gpu-check.sh"));

    [Fact]
    public void A_step_that_fails_does_not_stop_the_others_and_is_told()
    {
        using TemporaryFolder folder = new();
        (int code, JsonNode result) = Run(folder, "lockstep) echo broken >&2; exit 70 ;;", "--only", "lockstep,repeat");
        Assert.Equal(1, code);
        Assert.False((bool)result["passed"]!);
        JsonNode[] steps = [.. result["steps"]!.AsArray().Select(step => step!)];
        Assert.Equal(["info", "lockstep-standard", "lockstep-adversarial", "lockstep-trades", "lockstep-advprop", "lockstep-split", "lockstep-robmask", "lockstep-preact_resnet18", "repeat-first", "repeat-second", "repeat-bits", "repeat-metrics"], steps.Select(step => (string)step["name"]!));
        Assert.All(steps.Where(step => ((string)step["name"]!).StartsWith("lockstep", StringComparison.Ordinal)), step =>
        {
            Assert.Equal("failed", (string?)step["state"]);
            Assert.Equal(70, (int?)step["exit"]);
            Assert.Equal("broken", (string?)step["messages"]);
            Assert.Contains(" lockstep --method ", (string?)step["command"], StringComparison.Ordinal);
        });
        Assert.Equal("passed", (string?)steps.Single(step => (string)step["name"]! == "repeat-bits")["state"]);
        Assert.Equal("failed", (string?)steps.Single(step => (string)step["name"]! == "repeat-metrics")["state"]);
        string page = File.ReadAllText(folder["report", "gpu-check.html"]);
        Assert.Contains("lockstep-preact_resnet18", page, StringComparison.Ordinal);
        Assert.Contains("broken", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_program_does_not_have_is_missing_not_passed()
    {
        using TemporaryFolder folder = new();
        (int code, JsonNode result) = Run(folder, string.Empty, "--only", "train");
        Assert.Equal(1, code);
        Assert.Equal("missing", (string?)result["steps"]!.AsArray().Single(step => (string)step!["name"]! == "audit-shapes")!["state"]);
    }

    [Fact]
    public void All_is_well_where_every_step_is()
    {
        using TemporaryFolder folder = new();
        (int code, JsonNode result) = Run(folder, "check) echo '{\"backend\":\"x\",\"precision\":\"fp32\",\"seed\":1,\"operations\":[{\"operation\":\"relu\",\"cases\":5,\"within\":5,\"verdict\":\"within\"}],\"laws\":[],\"failures\":[]}' ;;", "--only", "check");
        Assert.Equal(0, code);
        Assert.True((bool)result["passed"]!);
        Assert.Contains("1 operations, 5 cases: 0 bitwise, 5 within", result["steps"]![1]!["findings"]![0]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"network\":\"n\",\"method\":\"robmask\",\"batch\":8,\"precision\":\"fp32\",\"device\":\"cuda:0\",\"imagesPerSecond\":12.5,\"peakDeviceBytes\":2097152}")]
    [InlineData("{\"network\":\"n\",\"precision\":\"fp32\",\"device\":\"A GPU\",\"figures\":[{\"method\":\"robmask\",\"batch\":8,\"imagesPerSecond\":12.5,\"peakBytes\":2097152}]}")]
    public void Throughput_is_read_from_robmask_and_from_PyTorch(string json)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["01-robmask-fp32"]);
        File.WriteAllText(folder["01-robmask-fp32", "exit"], "0\n");
        File.WriteAllText(folder["01-robmask-fp32", "stdout"], json);
        ScriptRun run = ScriptRun.Read(folder.Path);
        Assert.True(run.Passed);
        Assert.Equal("n, robmask, batch 8, fp32: 12.5 images/s, 2 MiB on the device", Assert.Single(Assert.Single(run.Steps).Findings));
        Assert.Contains("<td class=\"n\">12.5</td>", StepPage.Render("t", run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_takes_too_long_is_ended()
    {
        using TemporaryFolder folder = new();
        (int code, JsonNode result) = Run(folder, "check) sleep 60 ;;", "--only", "check,lockstep", "--budget", "12");
        Assert.Equal(1, code);
        Assert.Equal(["passed", "too long", "not run"], result["steps"]!.AsArray().Select(step => (string)step!["state"]!).Take(3));
    }

    [Fact]
    public void An_interruption_writes_what_is_there()
    {
        using TemporaryFolder folder = new();
        using Process process = Start(folder, "check) kill -INT $(ps -o ppid= -p $PPID); sleep 20 ;;", "--only", "check");
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(130, process.ExitCode);
        JsonNode result = JsonNode.Parse(File.ReadAllText(folder["report", "gpu-check.json"]))!;
        Assert.Equal(["passed", "interrupted", "not run"], result["steps"]!.AsArray().Select(step => (string)step!["state"]!));
    }

    [Theory]
    [InlineData("--nonsense", "no such option")]
    [InlineData("--only,nothing", "--only nothing")]
    [InlineData("--budget,soon", "not a number of seconds")]
    [InlineData("--data,/no/such/data", "is not there")]
    [InlineData("--seed", "needs a value")]
    public void Bad_usage_is_told(string options, string expected)
    {
        using TemporaryFolder folder = new();
        using Process process = Start(folder, string.Empty, options.Split(','));
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_folder_is_told_by_its_file()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["01-one"]);
        File.WriteAllText(folder["01-one", "exit"], "soon");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ScriptRun.Read(folder.Path));
        Assert.Contains("exit: «soon» is not a number", error.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => ScriptRun.Read(folder["nowhere"]));
        Assert.False(new ScriptRun { Facts = [], Steps = [] }.Passed);
    }

    private static (int Code, JsonNode Result) Run(TemporaryFolder folder, string verbs, params string[] options)
    {
        using Process process = Start(folder, verbs, options);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(120_000), "gpu-check.sh did not end");
        Assert.True(File.Exists(folder["report", "gpu-check.json"]), error + output.Result);
        return (process.ExitCode, JsonNode.Parse(File.ReadAllText(folder["report", "gpu-check.json"]))!);
    }

    private static Process Start(TemporaryFolder folder, string verbs, params string[] options)
    {
        // Answers «--help» as a robmask without audit and throughput does; collect is the real one.
        string program = folder["robmask"];
        File.WriteAllText(program, $"#!/bin/sh\ncase $1 in\n  collect) exec dotnet {Path.Combine(AppContext.BaseDirectory, "robmask.dll")} \"$@\" ;;\n  audit | throughput) echo 'Usage: robmask <verb>' ;;\n  {verbs}\n  *) echo '{{}}' ;;\nesac\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        ProcessStartInfo start = new("bash", [_script, "--robmask", program, "--device", "cpu", "--quick", "--out", folder["out"], "--report", folder["report"], .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
    }
}

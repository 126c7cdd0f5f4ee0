using System.Diagnostics;
using Xunit;

namespace RobMask.Tests.Verification.Checks;

/// <summary>Backends that break the protocol: one message, exit code 3, no process and no file left behind.</summary>
/// <remarks>Each is a line of shell script. What it leaves running sleeps for a number of seconds that no other process has.</remarks>
public sealed class BrokenBackendTests
{
    private const string Hello = """read line; echo '{"id": 1, "ok": true, "protocol": 1, "name": "broken", "device": "cpu", "precision": "fp32", "operations": ["relu"]}'; """;
    private const string Outputs = """read line; out=$(echo "$line" | sed 's/.*"outputs":"\([^"]*\)".*/\1/'); """;

    public static TheoryData<string, string> Scripts => new()
    {
        { "exit 7", "exit code 7" },
        { "echo terrible >&2; exit 1", "«terrible»" },
        { "sleep 86411", "no answer within 1 s" },
        { "sleep 86412 & exit 3", "exit code 3" },
        { "setsid sleep 86413 & sleep 86413", "no answer within 1 s" },
        { "exec 1>&-; sleep 86414", "closed its output" },
        { "echo Hello, world; sleep 86415", "«Hello, world»" },
        { "yes; sleep 86416", "«y»" },
        { "head -c 9000000 /dev/zero | tr '\\0' x; sleep 86417", "65536 bytes" },
        { "yes noise >&2; sleep 86418", "no answer within 1 s" },
        { """read line; echo '[1]'; sleep 86430""", "«[1]»" },
        { """read line; echo '{"id": 2, "ok": true}'; sleep 86419""", "answered request 2; expected the answer to 1" },
        { """read line; echo '{"ok": true}'; sleep 86420""", "without an id" },
        { """read line; echo '{"id": 1, "ok": true, "protocol": 2}'; sleep 86421""", "version 2" },
        { """read line; echo '{"id": 1, "ok": false, "error": "no GPU"}'; sleep 86422""", "no GPU" },
        { """read line; echo '{"id": 1, "ok": true, "protocol": 1, "name": "x", "device": "cpu", "precision": "fp8", "operations": []}'""", "«fp8»" },
        { """read line; echo '{"id": 1, "ok": true, "protocol": 1, "name": "x", "device": "cpu", "precision": "fp32", "operations": ["sine"]}'""", "«sine»" },
        { """read line; echo '{"id": 1, "ok": true, "protocol": 1, "name": "x", "device": "cpu", "precision": "fp32", "operations": 3}'""", "operations = 3" },
        { Hello + "exit 9", "exit code 9" },
        { Hello + "sleep 86423", "relu, request 2: gave no answer within 1 s" },
        { Hello + """read line; echo '{"id": 2, "ok": true}'; sleep 86424""", "wrote no file" },
        { Hello + Outputs + """echo rubbish > "$out"; echo '{"id": 2, "ok": true}'; sleep 86425""", "damaged" },
        { Hello + Outputs + """: > "$out"; echo '{"id": 2, "ok": true}'; sleep 86426""", "damaged" },
        { Hello + """read line; sleep 2; echo '{"id": 2, "ok": true}'; sleep 86427""", "no answer within 1 s" },
        { Hello + """read line; echo '{"id": 1, "ok": true}'; sleep 86428""", "answered request 1; expected the answer to 2" },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_backend_that_breaks_the_protocol_ends_with_one_message_and_nothing_left_behind(string script, string expected)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("backend.sh", script);
        (int code, string output) = ChildProcess.Run($"TMPDIR={folder.Path}", "robmask.dll", "check", "--backend", $"/bin/sh {file}", "--ops", "relu", "--timeout", "1");
        Assert.Equal(3, code);
        string message = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("robmask: backend: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        AssertNothingLeft(folder, script);
    }

    [Theory]
    [InlineData("", 2, "--backend CMD is missing")]
    [InlineData("--backend|/no/such/program", 3, "cannot be started")]
    [InlineData("--backend|/bin/sh 'x", 2, "without its partner")]
    [InlineData("--backend|cat|--timeout|0", 2, "--timeout")]
    [InlineData("--backend|cat|--cases|0", 2, "--cases")]
    [InlineData("--backend|cat|--save|/etc/passwd", 3, "/etc/passwd is a file; expected a folder")]
    [InlineData("--backend|cat|--precision|fp8", 2, "fp8")]
    [InlineData("--backend|cat|--replay|/no/such/file.safetensors", 3, "/no/such/file.safetensors")]
    public void Bad_usage_is_told_in_one_line(string arguments, int code, string expected)
    {
        (int got, _, string error) = Cli.CommandLine.Run("check", arguments.Split('|', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(code, got);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_check_leaves_nothing_behind()
    {
        using TemporaryFolder folder = new();
        string script = Hello + "read line; sleep 86429";
        string file = folder.Write("backend.sh", script);
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "robmask.dll"), "check", "--backend", $"/bin/sh {file}"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = folder.Path;
        using Process check = Process.Start(start)!;
        Stopwatch watch = Stopwatch.StartNew();
        while (!IsRunning("86429") && watch.Elapsed < TimeSpan.FromSeconds(60))
        {
            Thread.Sleep(50);
        }

        using (Process interrupt = Process.Start("kill", ["-INT", check.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            interrupt.WaitForExit();
        }

        Assert.True(check.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(130, check.ExitCode);
        AssertNothingLeft(folder, script);
    }

    private static void AssertNothingLeft(TemporaryFolder folder, string script)
    {
        // .NET keeps a folder of its own for diagnostics; ours begins with robmask-check.
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.Path), path => Path.GetFileName(path).StartsWith("robmask-check", StringComparison.Ordinal));
        string? sleeper = script.Split(' ', ';').FirstOrDefault(word => word.StartsWith("864", StringComparison.Ordinal));
        Assert.False(sleeper is not null && IsRunning(sleeper), $"sleep {sleeper} is still there");
    }

    private static bool IsRunning(string seconds) => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains($"sleep\0{seconds}", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}

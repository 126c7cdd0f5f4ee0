using System.Diagnostics;
using Xunit;

namespace RobMask.Tests;

/// <summary>A Python with PyTorch, for the tests of adapters/pytorch; a test skips, saying why, where there is none.</summary>
/// <remarks>
/// The interpreter is the environment variable ROBMASK_PYTHON, else <c>/usr/bin/python3</c>, where Debian's package
/// python3-torch puts it. With REFERENCE_REQUIRE_ALL=1 a missing one fails the test instead.
/// </remarks>
internal static class PyTorch
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly Lazy<string?> _missing = new(FindMissing);

    /// <summary>The interpreter.</summary>
    public static string Interpreter { get; } = Environment.GetEnvironmentVariable("ROBMASK_PYTHON") is { Length: > 0 } named ? named : "/usr/bin/python3";

    /// <summary>The folder adapters/pytorch of the repository.</summary>
    public static string Adapter { get; } = FindAdapter();

    /// <summary>Skips the calling test, which needs [SkippableFact] or [SkippableTheory], where there is no PyTorch.</summary>
    public static void Require()
    {
        if (_missing.Value is { } reason)
        {
            Assert.False(Environment.GetEnvironmentVariable("REFERENCE_REQUIRE_ALL") == "1", reason);
            throw new SkipException(reason);
        }
    }

    /// <summary>Runs a script to its end.</summary>
    /// <returns>The exit code and all that it printed.</returns>
    public static (int Code, string Output) Run(params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(Interpreter, arguments) { WorkingDirectory = Adapter, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{Interpreter} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Interpreter} {string.Join(' ', arguments)} ran longer than {Limit}");
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    private static string? FindMissing()
    {
        if (!File.Exists(Interpreter))
        {
            return $"{Interpreter} is missing; set ROBMASK_PYTHON to a Python with PyTorch";
        }

        (int code, string output) = Run("-c", "import torch");
        return code == 0 ? null : $"{Interpreter} has no PyTorch (Debian: apt-get install python3-torch, or set ROBMASK_PYTHON): {output.Trim().Split('\n')[^1]}";
    }

    private static string FindAdapter()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Reference.sln")))
            {
                return Path.Combine(folder.FullName, "adapters", "pytorch");
            }
        }

        return Path.GetFullPath(Path.Combine("adapters", "pytorch"));
    }
}

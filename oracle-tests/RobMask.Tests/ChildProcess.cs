using System.Diagnostics;

namespace RobMask.Tests;

/// <summary>Runs «dotnet …» in a process of its own, with switches of the runtime in its environment.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Every switch that a test sets: a child has none of them unless it is told.</summary>
    private static readonly string[] Switches =
    [
        "DOTNET_PreferredVectorBitWidth", "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic",
        "DOTNET_TieredCompilation", "DOTNET_TieredPGO", "DOTNET_TC_QuickJitForLoops", "DOTNET_ReadyToRun",
    ];

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="environment">Variables «name=value», separated by blanks.</param>
    /// <param name="arguments">What follows «dotnet».</param>
    public static (int Code, string Output) Run(string environment, params IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in Switches)
        {
            start.Environment.Remove(name);
        }

        foreach (string variable in environment.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = variable.Split('=', 2);
            start.Environment[parts[0]] = parts[1];
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} with {environment} ran longer than {Limit}");
        }

        return (process.ExitCode, process.ExitCode == 0 ? output.Result : output.Result + error.Result);
    }
}

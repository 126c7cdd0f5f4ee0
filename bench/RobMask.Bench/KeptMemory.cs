using System.Diagnostics;

namespace RobMask.Bench;

/// <summary>Runs a benchmark in a process whose C library keeps freed memory instead of giving it back to the system.</summary>
/// <remarks>
/// libtorch allocates and frees every intermediate result; glibc returns large blocks to the system, and fresh pages cost
/// more than the arithmetic on them. glibc reads these settings when a process starts, so the process starts itself again.
/// </remarks>
internal static class KeptMemory
{
    private static readonly (string Name, string Value)[] _settings =
    [
        ("MALLOC_MMAP_THRESHOLD_", "4294967296"),
        ("MALLOC_TRIM_THRESHOLD_", "17179869184"),
        ("MALLOC_TOP_PAD_", "268435456"),
    ];

    /// <summary>Whether this process has the settings.</summary>
    public static bool IsKept => _settings.All(setting => Environment.GetEnvironmentVariable(setting.Name) == setting.Value);

    /// <summary>For reports.</summary>
    public static string Mode => IsKept ? "kept (MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_, MALLOC_TOP_PAD_ set)" : "glibc's default";

    public static int Run(BenchOptions options, string[] args, Func<BenchOptions, int> benchmark) =>
        !options.KeepMemory || IsKept ? benchmark(options) : Start(args, output: null);

    /// <summary>Starts this program with kept memory, unless the arguments say otherwise.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="output">Receives what it prints; null to print it here.</param>
    public static int Start(IEnumerable<string> args, Action<string>? output)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("bench: this process has no path");
        ProcessStartInfo start = new(program) { RedirectStandardOutput = output is not null };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KeptMemory).Assembly.Location);
        }

        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        foreach ((string name, string value) in _settings)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"bench: {program} does not start");
        if (output is not null)
        {
            output(process.StandardOutput.ReadToEnd());
        }

        process.WaitForExit();
        return process.ExitCode;
    }
}

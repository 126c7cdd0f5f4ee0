using System.Diagnostics;

namespace RobMask.Bench.Machine;

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
    public static string Mode => IsKept ? "kept by glibc (MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_, MALLOC_TOP_PAD_ set)" : "glibc's default, given back to the system";

    /// <summary>Runs a benchmark with the memory that the options want, in another process where this one has the other.</summary>
    public static int Run(BenchOptions options, string[] args, Func<BenchOptions, int> benchmark) =>
        options.KeepMemory == IsKept ? benchmark(options) : Start(args, options.KeepMemory, output: null);

    /// <summary>Starts this program.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="kept">Whether its C library keeps freed memory.</param>
    /// <param name="output">Receives what it prints; null to print it here.</param>
    public static int Start(IEnumerable<string> args, bool kept, Action<string>? output)
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
            if (kept)
            {
                start.Environment[name] = value;
            }
            else
            {
                start.Environment.Remove(name);
            }
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

using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RobMask.Kernels;

namespace RobMask.Experiments.Runs;

/// <summary>Where a run was made: the file <c>environment.json</c>. None of it can change a bit of a managed run.</summary>
public sealed record RunEnvironment
{
    /// <summary>The version of this library.</summary>
    public required string Version { get; init; }

    /// <summary>The commit it was built from, or «unknown».</summary>
    public required string Commit { get; init; }

    /// <summary>The engine and its device.</summary>
    public required string Engine { get; init; }

    /// <summary>The processor's name.</summary>
    public required string Processor { get; init; }

    /// <summary>The processors that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>The threads that share the work.</summary>
    public required int Threads { get; init; }

    /// <summary>The width in bits of the vectors in use.</summary>
    public required int VectorWidth { get; init; }

    /// <summary>The operating system.</summary>
    public required string System { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Memory that this process may use, in MiB.</summary>
    public required long MemoryMebibytes { get; init; }

    /// <summary>Describes this process.</summary>
    public static RunEnvironment Current(string engine = "managed, cpu")
    {
        string informational = typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        return new RunEnvironment
        {
            Version = plus < 0 ? informational : informational[..plus],
            Commit = plus < 0 ? "unknown" : informational[(plus + 1)..],
            Engine = engine,
            Processor = ProcessorName(),
            Cores = Environment.ProcessorCount,
            Threads = Workers.ThreadCount,
            VectorWidth = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0,
            System = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
            MemoryMebibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        };
    }

    private static string ProcessorName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        if (File.Exists(CpuInfo))
        {
            string? line = File.ReadLines(CpuInfo).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

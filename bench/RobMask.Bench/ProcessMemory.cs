using System.Globalization;

namespace RobMask.Bench;

/// <summary>What the system says about this process's memory.</summary>
internal static class ProcessMemory
{
    /// <summary>The most memory that was ever resident, in bytes; 0 where the system does not say.</summary>
    public static long Peak => Read("VmHWM:");

    /// <summary>The memory that is resident now, in bytes; 0 where the system does not say.</summary>
    public static long Resident => Read("VmRSS:");

    private static long Read(string key)
    {
        const string Status = "/proc/self/status";
        string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}

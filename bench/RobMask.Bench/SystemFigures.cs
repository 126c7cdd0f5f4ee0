using System.Globalization;

namespace RobMask.Bench;

/// <summary>What the system says about this process and about itself.</summary>
internal static class SystemFigures
{
    /// <summary>How many processes wanted a processor over the last minute: above the number of processors, times are not to be trusted.</summary>
    public static string LoadAverage => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

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

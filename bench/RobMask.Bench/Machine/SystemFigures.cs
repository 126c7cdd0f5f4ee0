using System.Globalization;

namespace RobMask.Bench.Machine;

/// <summary>What the system says about this process and about itself.</summary>
internal static class SystemFigures
{
    private const double ClockTicksPerSecond = 100;

    /// <summary>How many processes wanted a processor over the last minute: above the number of processors, times are not to be trusted.</summary>
    public static string LoadAverage => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>The most memory that was resident since the start or <see cref="ForgetPeak"/>, in bytes; 0 where the system does not say.</summary>
    public static long Peak => Read("VmHWM:");

    /// <summary>The memory that is resident now, in bytes; 0 where the system does not say.</summary>
    public static long Resident => Read("VmRSS:");

    /// <summary>Seconds of all processors that were not idle since the system's start, ours and everybody's; NaN where the system does not say.</summary>
    public static double BusySeconds
    {
        get
        {
            const string Stat = "/proc/stat";
            if (!File.Exists(Stat))
            {
                return double.NaN;
            }

            // user nice system idle iowait irq softirq steal
            string[] fields = File.ReadLines(Stat).First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            double ticks = 0;
            for (int i = 1; i <= 8; i++)
            {
                ticks += i is 4 or 5 ? 0 : double.Parse(fields[i], CultureInfo.InvariantCulture);
            }

            return ticks / ClockTicksPerSecond;
        }
    }

    /// <summary>Lets <see cref="Peak"/> begin anew at what is resident now; where the system refuses, the old peak stands.</summary>
    public static void ForgetPeak()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"bench: the peak of resident memory includes the preparation ({exception.Message})");
        }
    }

    private static long Read(string key)
    {
        const string Status = "/proc/self/status";
        string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}

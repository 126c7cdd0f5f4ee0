using System.Collections.Concurrent;
using System.Globalization;

namespace RobMask.Torch.Tests.Support;

/// <summary>The worst gauge of each operation, written at the end to the file that ROBMASK_GAUGES names.</summary>
internal static class GaugeTable
{
    private static readonly ConcurrentDictionary<string, (double Worst, double Share)> _rows = new();

    static GaugeTable() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Write();

    /// <summary>Notes a comparison.</summary>
    public static void Add(string name, double gauge, double roundings) => _rows.AddOrUpdate(
        name,
        (gauge, gauge / roundings),
        (_, old) => (Math.Max(old.Worst, gauge), Math.Max(old.Share, gauge / roundings)));

    private static void Write()
    {
        string? path = Environment.GetEnvironmentVariable("ROBMASK_GAUGES");
        if (!string.IsNullOrEmpty(path))
        {
            File.WriteAllLines(path, _rows.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row =>
                string.Create(CultureInfo.InvariantCulture, $"{row.Key}\tworst gauge {row.Value.Worst:F2}\tworst share of its bound {row.Value.Share:P1}")));
        }
    }
}

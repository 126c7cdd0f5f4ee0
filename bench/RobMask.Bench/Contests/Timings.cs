using System.Text.Json.Nodes;

namespace RobMask.Bench.Contests;

/// <summary>Seconds of one contestant, one entry a round.</summary>
internal sealed class Timings
{
    private readonly List<double> _seconds = [];
    private readonly List<double> _processor = [];

    public int Rounds => _seconds.Count;

    public double Median => Middle(_seconds);

    public double Least => _seconds.Min();

    public double Greatest => _seconds.Max();

    /// <summary>Seconds of all threads' processor time, waiting ones' that spin too.</summary>
    public double MedianProcessor => Middle(_processor);

    public void Add(double seconds, double processorSeconds)
    {
        _seconds.Add(seconds);
        _processor.Add(processorSeconds);
    }

    /// <summary>The median over the rounds of the other's time / this time: a slow spell of the machine falls on both and cancels.</summary>
    public double SpeedOver(Timings other) => Middle(_seconds.Zip(other._seconds, (mine, theirs) => theirs / mine));

    public JsonObject ToJson() => new()
    {
        ["medianSeconds"] = Math.Round(Median, 6),
        ["leastSeconds"] = Math.Round(Least, 6),
        ["greatestSeconds"] = Math.Round(Greatest, 6),
        ["medianProcessorSeconds"] = Math.Round(MedianProcessor, 6),
        ["rounds"] = Rounds,
    };

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

using System.Text.Json.Nodes;

namespace RobMask.Bench.Contests;

/// <summary>Seconds of one contestant, one entry a round.</summary>
internal sealed class Timings(IEnumerable<Sample> samples)
{
    private readonly Sample[] _samples = [.. samples];

    public int Rounds => _samples.Length;

    public double Median => Middle(_samples.Select(sample => sample.Seconds));

    public double Least => _samples.Min(sample => sample.Seconds);

    public double Greatest => _samples.Max(sample => sample.Seconds);

    /// <summary>Seconds of all threads' processor time, waiting ones' that spin too.</summary>
    public double MedianProcessor => Middle(_samples.Select(sample => sample.ProcessorSeconds));

    /// <summary>The median over the rounds of the other's time / this time: a slow spell of the machine falls on both and cancels.</summary>
    public double SpeedOver(Timings other) => Middle(_samples.Zip(other._samples, (mine, theirs) => theirs.Seconds / mine.Seconds));

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

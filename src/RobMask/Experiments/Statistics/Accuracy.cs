using System.Text.Json.Serialization;

namespace RobMask.Experiments.Statistics;

/// <summary>How many of a set of images a network got right.</summary>
/// <param name="Correct">Images classified as labelled.</param>
/// <param name="Count">All images, at least 1.</param>
public sealed record Accuracy(int Correct, int Count)
{
    /// <summary>Correct / Count.</summary>
    [JsonIgnore]
    public double Fraction => (double)Correct / Count;

    /// <summary>The 95 % interval of Clopper and Pearson.</summary>
    [JsonIgnore]
    public Interval Interval => BinomialInterval.ClopperPearson(Correct, Count);
}

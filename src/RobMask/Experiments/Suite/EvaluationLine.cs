using System.Text.Json.Serialization;
using RobMask.Experiments.Results;
using RobMask.Experiments.Statistics;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>One line of <c>evaluations.jsonl</c>: one network on the test images, image by image.</summary>
/// <param name="Network">Which network and mask.</param>
/// <param name="Seed">The seed of its training.</param>
/// <param name="Condition">A short name of the attack.</param>
/// <param name="Attack">All of the attack, in words.</param>
/// <param name="Images">How many images.</param>
/// <param name="CleanBits">Which images were right without an attack: bit n of byte n/8, in base 64.</param>
/// <param name="RobustBits">Which were right under the attack.</param>
public sealed record EvaluationLine(string Network, ulong Seed, string Condition, string Attack, int Images, string CleanBits, string RobustBits)
{
    /// <summary>The mean cross-entropy without an attack.</summary>
    public double CleanLoss { get; init; }

    /// <summary>The mean cross-entropy under the attack.</summary>
    public double RobustLoss { get; init; }

    /// <summary>Right under the attack with the true u(δ), which no threat model allows; null where not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TrueCoefficientsCorrect { get; init; }

    /// <summary>What kept the attack from its work.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Which images were right without an attack.</summary>
    [JsonIgnore]
    public bool[] Clean => Unpack(CleanBits, Images);

    /// <summary>Which images were right under the attack.</summary>
    [JsonIgnore]
    public bool[] Robust => Unpack(RobustBits, Images);

    /// <summary>Accuracy without an attack.</summary>
    [JsonIgnore]
    public Accuracy CleanAccuracy => new(Clean.Count(right => right), Images);

    /// <summary>Accuracy under the attack.</summary>
    [JsonIgnore]
    public Accuracy RobustAccuracy => new(Robust.Count(right => right), Images);

    /// <summary>Makes the line of an evaluation.</summary>
    public static EvaluationLine From(string network, ulong seed, EvaluationResult result) => new(
        network,
        seed,
        AttackNames.Short(result.Attack ?? throw new ArgumentException("evaluation: there was no attack", nameof(result))),
        result.Attack.Describe(),
        result.Images,
        Pack(result.CleanCorrectImages),
        Pack(result.RobustCorrectImages ?? throw new ArgumentException("evaluation: there was no attack", nameof(result))))
    {
        CleanLoss = result.CleanLoss,
        RobustLoss = result.RobustLoss ?? double.NaN,
        TrueCoefficientsCorrect = result.TrueCoefficientsCorrect,
        Warnings = result.Diagnostics?.Warnings() ?? [],
    };

    /// <summary>The accuracies for a report.</summary>
    public IEnumerable<Measurement> Measurements()
    {
        yield return new Measurement(Network, Seed, "clean", CleanAccuracy);
        yield return new Measurement(Network, Seed, Condition, RobustAccuracy);
        if (TrueCoefficientsCorrect is int correct)
        {
            yield return new Measurement(Network, Seed, Condition + ", true u(δ) (no threat model)", new Accuracy(correct, Images));
        }
    }

    private static string Pack(IReadOnlyList<bool> bits)
    {
        byte[] bytes = new byte[(bits.Count + 7) / 8];
        for (int n = 0; n < bits.Count; n++)
        {
            bytes[n / 8] |= (byte)(bits[n] ? 1 << (n % 8) : 0);
        }

        return Convert.ToBase64String(bytes);
    }

    private static bool[] Unpack(string text, int count)
    {
        byte[] bytes = Convert.FromBase64String(text);
        if (bytes.Length != (count + 7) / 8)
        {
            throw new InvalidDataException($"evaluations.jsonl: {bytes.Length} bytes for {count} images");
        }

        return [.. Enumerable.Range(0, count).Select(n => (bytes[n / 8] >> (n % 8) & 1) != 0)];
    }
}

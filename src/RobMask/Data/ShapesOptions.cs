namespace RobMask.Data;

/// <summary>The parameters of the embedded data set <c>shapes</c>.</summary>
/// <remarks>
/// <see cref="ShapeProbability"/> is what a classifier that looks at the shape alone reaches, clean or attacked;
/// the faint pattern alone gives every clean image away and none that is attacked with twice its amplitude.
/// </remarks>
public sealed record ShapesOptions
{
    /// <summary>The L∞ radius for which the default parameters are made: twice the faint pattern's amplitude.</summary>
    public const float RecommendedEpsilon = 8f / 255f;

    /// <summary>The number of training images.</summary>
    public int TrainCount { get; init; } = 4000;

    /// <summary>The number of test images.</summary>
    public int TestCount { get; init; } = 1000;

    /// <summary>Rows and columns, 16 or 32.</summary>
    public int Size { get; init; } = 32;

    /// <summary>The number of classes, 2 to 10.</summary>
    public int Classes { get; init; } = 4;

    /// <summary>How often the bold shape is that of the image's class, 0 to 1; else it is another class's, each as often.</summary>
    public double ShapeProbability { get; init; } = 0.85;

    /// <summary>The faint pattern's amplitude, in 255ths, 0 to 16.</summary>
    public int PatternAmplitude { get; init; } = 4;

    /// <summary>The greatest noise, in 255ths, 0 to 32: every pixel gets a uniform integer from −Noise to Noise.</summary>
    public int Noise { get; init; } = 8;

    /// <summary>The seed of all draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Checks every parameter.</summary>
    /// <exception cref="ArgumentException">One is out of its range.</exception>
    public void Validate()
    {
        Check(TrainCount >= 0, nameof(TrainCount), "at least 0", TrainCount);
        Check(TestCount >= 0, nameof(TestCount), "at least 0", TestCount);
        Check(Size is 16 or 32, nameof(Size), "16 or 32", Size);
        Check(Classes is >= 2 and <= ShapesGenerator.MaximumClasses, nameof(Classes), $"2 to {ShapesGenerator.MaximumClasses}", Classes);
        Check(ShapeProbability is >= 0 and <= 1, nameof(ShapeProbability), "0 to 1", ShapeProbability);
        Check(PatternAmplitude is >= 0 and <= 16, nameof(PatternAmplitude), "0 to 16", PatternAmplitude);
        Check(Noise is >= 0 and <= 32, nameof(Noise), "0 to 32", Noise);
    }

    private static void Check<T>(bool holds, string name, string rule, T value)
    {
        if (!holds)
        {
            throw new ArgumentException($"shapes: {name} must be {rule}, found {value}", name);
        }
    }
}

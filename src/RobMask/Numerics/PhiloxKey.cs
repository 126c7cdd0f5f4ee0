namespace RobMask.Numerics;

/// <summary>Names one sequence of random numbers: the same on every engine, whatever else has been drawn.</summary>
/// <param name="Seed">The run's seed: the key of Philox4x32-10.</param>
/// <param name="Stream">What the numbers are for, one of <see cref="PhiloxStreams"/>: counter word 3.</param>
/// <param name="Step">Which draw of that kind (epoch, iteration, parameter): counter word 2.</param>
/// <remarks>Counter words 0 and 1 hold the 64-bit index of the block of four 32-bit words within the sequence.</remarks>
public readonly record struct PhiloxKey(ulong Seed, uint Stream, uint Step);

/// <summary>The streams that the project uses. Their numbers are part of the file formats: never renumber.</summary>
public static class PhiloxStreams
{
    /// <summary>Initial weights; the step is the parameter's position in the network.</summary>
    public const uint Weights = 1;

    /// <summary>The order of the training images; the step is the epoch.</summary>
    public const uint Shuffle = 2;

    /// <summary>Padded crops and flips; the step is the epoch.</summary>
    public const uint Augmentation = 3;

    /// <summary>Random starts of attacks in training; the step is the iteration.</summary>
    public const uint TrainingAttack = 4;

    /// <summary>Random starts of attacks in evaluation; the step counts batches and restarts.</summary>
    public const uint EvaluationAttack = 5;

    /// <summary>The radius of each image's perturbation (RobMask); the step is the iteration.</summary>
    public const uint Epsilon = 6;

    /// <summary>Embedded data sets; the step is the split.</summary>
    public const uint Data = 7;

    /// <summary>Initial weights of a gate.</summary>
    public const uint Gate = 8;

    /// <summary>The paired bootstrap of a report.</summary>
    public const uint Bootstrap = 9;

    /// <summary>Data with which implementations are tested; the step counts draws.</summary>
    public const uint Verification = 10;
}

namespace RobMask.Training;

/// <summary>Sums over the images of an epoch so far. A checkpoint in the middle of an epoch carries them on.</summary>
/// <param name="Images">Images seen.</param>
/// <param name="Loss">Σ of the objective.</param>
/// <param name="CleanLoss">Σ of the clean term; null where the method has none.</param>
/// <param name="AdversarialLoss">Σ of the attacked term; null where the method has none.</param>
/// <param name="CleanCorrect">Right answers of the clean branch.</param>
/// <param name="AdversarialCorrect">Right answers of the attacked branch.</param>
internal sealed record EpochSums(long Images, double Loss, double? CleanLoss, double? AdversarialLoss, long? CleanCorrect, long? AdversarialCorrect)
{
    public static EpochSums Zero { get; } = new(0, 0, null, null, null, null);

    public EpochSums Add(EpochSums other) => new(
        Images + other.Images,
        Loss + other.Loss,
        Sum(CleanLoss, other.CleanLoss),
        Sum(AdversarialLoss, other.AdversarialLoss),
        Sum(CleanCorrect, other.CleanCorrect),
        Sum(AdversarialCorrect, other.AdversarialCorrect));

    public EpochMetrics Finish(int epoch, long iterations, double learningRate) => new(
        epoch,
        iterations,
        learningRate,
        Loss / Images,
        CleanLoss / Images,
        AdversarialLoss / Images,
        (double?)CleanCorrect / Images,
        (double?)AdversarialCorrect / Images);

    private static double? Sum(double? left, double? right) => right is null ? left : (left ?? 0) + right;

    private static long? Sum(long? left, long? right) => right is null ? left : (left ?? 0) + right;
}

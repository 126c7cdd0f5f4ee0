namespace RobMask.Training;

/// <summary>What one epoch of training measured on its own batches, while the weights moved. It holds no times: equal runs give equal metrics.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Iterations">Steps taken since the beginning of the run.</param>
/// <param name="LearningRate">The rate of the epoch's last step.</param>
/// <param name="Loss">The objective, mean over the images.</param>
/// <param name="CleanLoss">The cross-entropy at clean images; null where the method has none.</param>
/// <param name="AdversarialLoss">The attacked term, unweighted (for TRADES the KL divergence); null where the method has none.</param>
/// <param name="CleanAccuracy">Of the clean branch; null where the method has none.</param>
/// <param name="AdversarialAccuracy">Of the attacked branch; null where the method has none.</param>
public sealed record EpochMetrics(
    int Epoch,
    long Iterations,
    double LearningRate,
    double Loss,
    double? CleanLoss,
    double? AdversarialLoss,
    double? CleanAccuracy,
    double? AdversarialAccuracy)
{
    /// <summary>The network of this epoch on images it was not trained on, where it was evaluated.</summary>
    public EvaluationResult? Evaluation { get; init; }
}

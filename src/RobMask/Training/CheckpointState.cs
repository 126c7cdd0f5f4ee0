namespace RobMask.Training;

/// <summary>Where a run stands, beside its tensors.</summary>
/// <param name="Settings">What is trained.</param>
/// <param name="Epoch">Epochs that are done.</param>
/// <param name="Batch">Batches of the next epoch that are done.</param>
/// <param name="Iteration">Steps taken since the beginning.</param>
/// <param name="Metrics">The metrics of the epochs that are done.</param>
/// <param name="Partial">The sums over the batches of the next epoch that are done.</param>
internal sealed record CheckpointState(
    TrainingSettings Settings,
    int Epoch,
    int Batch,
    long Iteration,
    IReadOnlyList<EpochMetrics> Metrics,
    EpochSums Partial);

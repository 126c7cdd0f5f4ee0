namespace RobMask.Training;

/// <summary>Where a training run stands; reported after every step.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">All epochs.</param>
/// <param name="Batch">Batches of this epoch that are done.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Loss">The objective, mean over this epoch's images so far.</param>
/// <param name="ImagesPerSecond">Training images a second since this run began or resumed.</param>
/// <param name="Remaining">The time that the rest of the run takes at this rate.</param>
/// <param name="Completed">The metrics of the epoch that this step ended, else null.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Batch,
    int Batches,
    double Loss,
    double ImagesPerSecond,
    TimeSpan Remaining,
    EpochMetrics? Completed);

namespace RobMask.Training;

/// <summary>How a training run ended.</summary>
/// <param name="Epochs">The metrics of all epochs, those before a resumed checkpoint included.</param>
/// <param name="Cancelled">True where it was interrupted; a checkpoint then holds the position, where one was asked for.</param>
/// <param name="Iterations">Steps taken since the beginning of the run.</param>
public sealed record TrainingOutcome(IReadOnlyList<EpochMetrics> Epochs, bool Cancelled, long Iterations);

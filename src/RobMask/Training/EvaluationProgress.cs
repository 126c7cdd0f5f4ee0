namespace RobMask.Training;

/// <summary>Where an evaluation stands; reported after every batch.</summary>
/// <param name="Done">Images done.</param>
/// <param name="Images">All images.</param>
/// <param name="ImagesPerSecond">The rate.</param>
/// <param name="Remaining">The time that the rest takes at this rate.</param>
public sealed record EvaluationProgress(int Done, int Images, double ImagesPerSecond, TimeSpan Remaining);

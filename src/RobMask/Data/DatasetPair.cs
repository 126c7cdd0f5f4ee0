namespace RobMask.Data;

/// <summary>A training and a test set of one shape and one list of classes.</summary>
/// <param name="Train">The training images.</param>
/// <param name="Test">The test images.</param>
public sealed record DatasetPair(Dataset Train, Dataset Test);

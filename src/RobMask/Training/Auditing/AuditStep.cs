namespace RobMask.Training.Auditing;

/// <summary>What a record says about its step beside the tensors: the metadata «step», as JSON.</summary>
internal sealed record AuditStep
{
    /// <summary>The training's name in its run folder.</summary>
    public required string Training { get; init; }

    /// <summary>Everything that the training depends on.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>What computed, in words.</summary>
    public required string Engine { get; init; }

    /// <summary>What products were declared to be computed in: fp32, tf32 or bf16.</summary>
    public required string Arithmetic { get; init; }

    /// <summary>How often the run records.</summary>
    public required int Every { get; init; }

    /// <summary>The epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>The batch of the epoch, from 0.</summary>
    public required int Batch { get; init; }

    /// <summary>Steps before this one.</summary>
    public required long Iteration { get; init; }

    /// <summary>Batches of an epoch.</summary>
    public required int BatchesPerEpoch { get; init; }

    /// <summary>η.</summary>
    public required double LearningRate { get; init; }

    /// <summary>What the data set calls itself.</summary>
    public required string Data { get; init; }

    /// <summary>The images of the data set.</summary>
    public required int DataCount { get; init; }

    /// <summary>SHA-256 of the batch's pixels on the engine, as little-endian floats.</summary>
    public required string PixelsSha256 { get; init; }

    /// <summary>The objective, mean over the batch.</summary>
    public required double Loss { get; init; }

    /// <summary>The random numbers that were used.</summary>
    public required IReadOnlyList<AuditDraw> Draws { get; init; }

    /// <summary>The file name of the checkpoint whose weights the run began with; null for initial weights.</summary>
    public string? InitialisedFrom { get; init; }
}

namespace RobMask.Experiments.Suite;

/// <summary>How fast a training was, and what a whole run would take at that speed.</summary>
public sealed record ThroughputResult
{
    /// <summary>The network's architecture.</summary>
    public required string Network { get; init; }

    /// <summary>The training method, as on the command line.</summary>
    public required string Method { get; init; }

    /// <summary>The data.</summary>
    public required string Data { get; init; }

    /// <summary>True where images of noise stood for them.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Images of a step.</summary>
    public required int Batch { get; init; }

    /// <summary>«managed» or «torch».</summary>
    public required string Engine { get; init; }

    /// <summary>Where it ran: «cpu», «cuda:0».</summary>
    public required string Device { get; init; }

    /// <summary>What products computed in: «fp32», «tf32», «bf16», «fp64».</summary>
    public required string Precision { get; init; }

    /// <summary>Threads of the process's own team; libtorch has its own.</summary>
    public required int Threads { get; init; }

    /// <summary>Steps that were done before measuring began.</summary>
    public required int WarmUpSteps { get; init; }

    /// <summary>Steps that were measured; 0 where nothing was, and the speeds are null.</summary>
    public required int MeasuredSteps { get; init; }

    /// <summary>The median.</summary>
    public double? SecondsPerStep { get; init; }

    /// <summary>The shortest.</summary>
    public double? ShortestStep { get; init; }

    /// <summary>The longest.</summary>
    public double? LongestStep { get; init; }

    /// <summary>The processor time of a step, all threads together, mean: on a machine that does other work too, a steadier figure than the clock's.</summary>
    public double? ProcessorSecondsPerStep { get; init; }

    /// <summary>Training images a second, by the median.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Test images a second in evaluation, clean and attacked; null where it was not measured.</summary>
    public double? EvaluationImagesPerSecond { get; init; }

    /// <summary>10⁹ operations of training on one image: see <see cref="RunWork"/>.</summary>
    public required double GigaflopPerImage { get; init; }

    /// <summary>10¹² operations a second that training sustained.</summary>
    public double? TeraflopPerSecond { get; init; }

    /// <summary>Passes over the training images in the whole run.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images that the whole run trains on, all epochs together; null where the data's number is not known.</summary>
    public long? TrainedImages { get; init; }

    /// <summary>Images that the whole run evaluates; null where the data's number is not known.</summary>
    public long? EvaluatedImages { get; init; }

    /// <summary>10¹⁵ operations of the whole run, evaluations included.</summary>
    public double? RunPetaflop { get; init; }

    /// <summary>Hours of the whole run at this speed, evaluations included where they were measured.</summary>
    public double? Hours { get; init; }

    /// <summary>The most memory that the process held.</summary>
    public required long PeakHostBytes { get; init; }

    /// <summary>The most memory that was taken on the device; null where it is the host or cannot be told.</summary>
    public long? PeakDeviceBytes { get; init; }
}

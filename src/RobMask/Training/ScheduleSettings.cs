namespace RobMask.Training;

/// <summary>The learning rate over a run.</summary>
public sealed record ScheduleSettings
{
    /// <summary>The course.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Cosine;

    /// <summary>The highest rate.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Epochs at which <see cref="ScheduleKind.Step"/> multiplies; null for one half and three quarters of the run.</summary>
    public IReadOnlyList<int>? Milestones { get; init; }

    /// <summary>What <see cref="ScheduleKind.Step"/> multiplies by.</summary>
    public double StepFactor { get; init; } = 0.1;

    /// <summary>Where <see cref="ScheduleKind.Cyclic"/> has its peak, as a part of the run.</summary>
    public double PeakFraction { get; init; } = 0.4;

    /// <summary>Epochs over which the rate rises from 0 in a straight line; multiplies whatever the course says.</summary>
    public double WarmUpEpochs { get; init; }
}

namespace RobMask.Training;

/// <summary>Which halves of batch normalisation the clean and the attacked branch of <see cref="TrainingMethod.Split"/> have to themselves.</summary>
public sealed record SplitSettings
{
    /// <summary>A set of running statistics for each branch.</summary>
    public bool SeparateNormalisation { get; init; }

    /// <summary>A mask (γ, β) for each branch.</summary>
    public bool SeparateRescaling { get; init; } = true;
}

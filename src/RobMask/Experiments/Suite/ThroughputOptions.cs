namespace RobMask.Experiments.Suite;

/// <summary>How long speed is measured.</summary>
public sealed record ThroughputOptions
{
    /// <summary>Steps before measuring: memory is taken, code compiled, algorithms chosen.</summary>
    public int WarmUpSteps { get; init; } = 5;

    /// <summary>Steps that are measured; 0 counts the work and measures nothing.</summary>
    public int MeasuredSteps { get; init; } = 20;

    /// <summary>Batches of evaluation that are measured, after one more; 0 for none.</summary>
    public int EvaluationBatches { get; init; } = 2;

    /// <summary>True where images of noise stand for the data.</summary>
    public bool Synthetic { get; init; }

    /// <summary>What products compute in, in the words of the command line.</summary>
    public string Precision { get; init; } = "fp32";
}

namespace RobMask.Experiments.Suite;

/// <summary>What a run of many epochs shows and keeps on its way. It never changes a weight.</summary>
public sealed record MonitoringSettings
{
    /// <summary>Evaluate after every so many epochs, clean and attacked, for <c>metrics.jsonl</c>; 0: only at the end of the run.</summary>
    public int EvaluationEvery { get; init; }

    /// <summary>On how many test images such an early evaluation is done: the first of each class in turn, the same ones every time.</summary>
    public int EvaluationImages { get; init; } = 1000;

    /// <summary>Keep the checkpoint of every so many epochs beside the last one; 0: only the last.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        if (EvaluationEvery < 0 || EvaluationImages < 1 || CheckpointEvery < 0)
        {
            throw new ArgumentException($"run: --eval-every {EvaluationEvery}, --eval-every-images {EvaluationImages}, --keep-checkpoints {CheckpointEvery}; at least 0, 1 and 0 are allowed");
        }
    }
}

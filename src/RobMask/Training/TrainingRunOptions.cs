using RobMask.Data;
using RobMask.Training.Auditing;

namespace RobMask.Training;

/// <summary>What a training run does beside training. Nothing here changes a weight, except where the run starts.</summary>
public sealed record TrainingRunOptions
{
    /// <summary>Where the checkpoint is written after every epoch and on cancellation; null for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Keep the checkpoint of every so many epochs under the same name with <c>-epoch-N</c>, too; 0: none.</summary>
    public int KeepCheckpointEvery { get; init; }

    /// <summary>A checkpoint of the same run to go on from, to the same bits; null to begin.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>A checkpoint whose weights and statistics the run begins with (fine-tuning); null for random ones.</summary>
    public string? InitialiseFrom { get; init; }

    /// <summary>Record steps for an audit; null for none.</summary>
    public AuditRecording? Audit { get; init; }

    /// <summary>Images to evaluate on during the run, or null.</summary>
    public Dataset? EvaluationData { get; init; }

    /// <summary>How to evaluate.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();

    /// <summary>Evaluate after every so many epochs and after the last.</summary>
    public int EvaluationEvery { get; init; } = 1;
}

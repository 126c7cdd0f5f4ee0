using RobMask.Checkpoints;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Training;
using RobMask.Training.Auditing;

namespace RobMask.Verification.Audits;

/// <summary>What the run folder says beside its records: settings and checkpoints.</summary>
internal sealed class AuditedRun
{
    private readonly Dictionary<string, EndOfTraining?> _ends = [];
    private readonly RunSettings _settings;
    private readonly Dictionary<(string Training, string Engine), (string Arithmetic, long Step)> _arithmetics = [];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public AuditedRun(RunFolder folder)
    {
        Checkpoints = folder.Checkpoints;
        _settings = RunJson.Read<RunSettings>(folder.In("config.json"));
    }

    /// <summary>Whether a training of this run begins with the weights of its seed: only experiments go on from checkpoints of their own.</summary>
    public bool BeginsWithItsSeed => _settings.Kind == "train";

    /// <summary>Where checkpoints lie.</summary>
    public string Checkpoints { get; }

    /// <summary>The checkpoint of a training; null where it has none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public EndOfTraining? CheckpointOf(string training)
    {
        if (!_ends.TryGetValue(training, out EndOfTraining? end))
        {
            string path = Path.Combine(Checkpoints, training + ".safetensors");
            _ends.Add(training, end = File.Exists(path) ? EndOfTraining.Read(path) : null);
        }

        return end;
    }

    /// <summary>Null where a step declares the arithmetic that the first audited step of the same training and engine declares; else what differs.</summary>
    public string? DifferenceOfArithmetic(AuditStep step)
    {
        (string arithmetic, long first) = _arithmetics.TryAdd((step.Training, step.Engine), (step.Arithmetic, step.Iteration + 1))
            ? (step.Arithmetic, step.Iteration + 1)
            : _arithmetics[(step.Training, step.Engine)];
        return arithmetic == step.Arithmetic ? null : $"{step.Arithmetic} is declared; step {first}, by the same engine, declares {arithmetic}";
    }

    /// <summary>Null where a step's settings are those of its training's checkpoint, or, before there is one, of the run; else what differs.</summary>
    public string? DifferenceOfSettings(AuditStep step)
    {
        EndOfTraining? end = CheckpointOf(step.Training);
        TrainingSettings? wanted = end?.Settings ?? (_settings.Kind == "train" ? _settings.Training : null);
        try
        {
            Checkpoint.RequireSameRun(step.Training, step.Settings, wanted ?? step.Settings);
            return null;
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }
}

/// <summary>The checkpoint of a training.</summary>
internal sealed record EndOfTraining(TrainingSettings Settings, long Iteration, IReadOnlyDictionary<string, float[]> Tensors)
{
    /// <summary>Reads a checkpoint.</summary>
    public static EndOfTraining Read(string path)
    {
        CheckpointState state = Training.Checkpoint.ReadState(path);
        using SafetensorsFile file = new(path);
        Dictionary<string, float[]> tensors = [];
        foreach (SafetensorsEntry entry in file.Entries)
        {
            float[] values = new float[entry.Shape.Length];
            file.Read(entry.Name, values);
            tensors.Add(entry.Name, values);
        }

        return new EndOfTraining(state.Settings, state.Iteration, tensors);
    }

    /// <summary>A tensor, or null.</summary>
    public float[]? Tensor(string name) => Tensors.GetValueOrDefault(name);
}

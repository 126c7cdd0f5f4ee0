using RobMask.Engines.Managed;
using RobMask.Ops;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Training.Auditing;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Audits.Replays;

/// <summary>A record, read whole: every tensor that its settings call for, of the right shape.</summary>
internal sealed record RecordedStep
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>What it says of itself.</summary>
    public required AuditStep Step { get; init; }

    /// <summary>The state before, by the names of a checkpoint.</summary>
    public required IReadOnlyDictionary<string, float[]> Before { get; init; }

    /// <summary>The state after.</summary>
    public required IReadOnlyDictionary<string, float[]> After { get; init; }

    /// <summary>The gradients of the parameters that the optimiser moves.</summary>
    public required IReadOnlyDictionary<string, float[]> Gradients { get; init; }

    /// <summary>The optimiser's rates for each of those parameters.</summary>
    public required IReadOnlyDictionary<string, SgdOptions> Rates { get; init; }

    /// <summary>The data set's indices [N].</summary>
    public required int[] Indices { get; init; }

    /// <summary>The labels [N].</summary>
    public required int[] Labels { get; init; }

    /// <summary>The attacked images; null where the method has none.</summary>
    public required float[]? Attacked { get; init; }

    /// <summary>Reads a record.</summary>
    /// <exception cref="InvalidDataException">It is damaged, of another version, or its tensors are not those of its settings.</exception>
    public static RecordedStep Read(string path)
    {
        using AuditRecord record = new(path);
        AuditStep step = record.Step;
        try
        {
            step.Settings.Validate();
            using ManagedEngine<float> engine = new();
            using TrainedNetwork network = TrainedNetwork.Create(engine, step.Settings);
            using Optimiser optimiser = new(network);
            (string Name, ITensor Tensor)[] state = [.. Checkpoint.Weights(network), .. optimiser.Buffers];
            int[] indices = record.ReadIntegers(AuditRecord.Indices);
            int[] labels = record.ReadIntegers(AuditRecord.Labels);
            Require(path, indices.Length == labels.Length && indices.Length >= 1, $"{indices.Length} indices and {labels.Length} labels; as many of both are wanted");
            Require(path, labels.All(label => label >= 0 && label < step.Settings.Network.Classes), $"a label is outside 0 to {step.Settings.Network.Classes - 1}");
            Require(path, step.Epoch >= 0 && step.Batch >= 0 && step.Iteration >= 0 && step.BatchesPerEpoch >= 1 && step.Every >= 1 && double.IsFinite(step.LearningRate), "a number of the metadata «step» is out of its range");
            TensorShape batch = network.Model.Graph.InputShape.Prepend(indices.Length);
            return new RecordedStep
            {
                Path = path,
                Step = step,
                Before = state.ToDictionary(part => part.Name, part => record.Read(AuditRecord.Before + part.Name, part.Tensor.Shape)),
                After = state.ToDictionary(part => part.Name, part => record.Read(AuditRecord.After + part.Name, part.Tensor.Shape)),
                Gradients = optimiser.Gradients.ToDictionary(part => part.Name, part => record.Read(AuditRecord.Gradient + part.Name, part.Tensor.Shape)),
                Rates = optimiser.RatesOf(step.LearningRate).ToDictionary(part => part.Name, part => part.Options),
                Indices = indices,
                Labels = labels,
                Attacked = step.Settings.Method == TrainingMethod.Standard ? null : record.Read(AuditRecord.Attacked, batch),
            };
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path}: its settings make no training: {error.Message}", error);
        }
    }

    private static void Require(string path, bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{path}: {message}");
        }
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Training.Auditing;

/// <summary>Writes records of a training's steps. It only reads what the engine holds, so no bit of the run changes.</summary>
/// <remarks>
/// A record has, by the names of a checkpoint, everything <c>before.</c> and <c>after.</c> the step (parameters, statistics, momentum
/// buffers, the gate), the <c>gradient.</c> of every parameter that the optimiser moves, and of the batch the data set's indices, the
/// labels and, where the method attacks, the attacked images. With the gradients the optimiser's part of the step has a proven bound
/// whatever its settings; with the attacked images the rest of the step can be done again without the attack, whose decisions
/// (the sign of a gradient near 0) would drown everything else.
/// </remarks>
internal sealed class AuditRecorder
{
    private readonly AuditRecording _recording;
    private readonly TrainedNetwork _network;
    private readonly TrainingStep _step;
    private readonly Dataset _data;
    private readonly string? _initialisedFrom;
    private readonly long _last;
    private SafetensorsWriter _writer = new();
    private AuditStep? _under;

    /// <summary>Prepares the recording of a run, and drops records of steps that it takes anew.</summary>
    /// <param name="recording">How often, and where to.</param>
    /// <param name="network">The network in training.</param>
    /// <param name="step">What does the steps.</param>
    /// <param name="data">The training images.</param>
    /// <param name="initialisedFrom">The checkpoint whose weights the run began with, or null.</param>
    /// <param name="first">The number of the first step to be taken, from 0.</param>
    /// <param name="steps">The steps of the whole run.</param>
    public AuditRecorder(AuditRecording recording, TrainedNetwork network, TrainingStep step, Dataset data, string? initialisedFrom, long first, long steps)
    {
        recording.Validate();
        _recording = recording;
        _network = network;
        _step = step;
        _data = data;
        _initialisedFrom = initialisedFrom;
        _last = steps - 1;
        AuditFiles.DropFrom(recording.Folder, recording.Name, first);
    }

    /// <summary>Whether a step is recorded: the first of the run, every n-th, the last.</summary>
    public bool IsDue(long iteration) => iteration == 0 || (iteration + 1) % _recording.Every == 0 || iteration == _last;

    /// <summary>Takes the state before a step.</summary>
    /// <param name="loader">At the step's epoch.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="batch">From 0.</param>
    /// <param name="iteration">From 0.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="images">The batch on the engine.</param>
    /// <param name="labels">Its labels.</param>
    public void Before(BatchLoader loader, int epoch, int batch, long iteration, double learningRate, ITensor images, ITensor labels)
    {
        int count = images.Shape[0];
        float[] pixels = Values(images);
        int[] classes = new int[count];
        _network.Engine.DownloadLabels(labels, classes);
        _under = new AuditStep
        {
            Training = _recording.Name,
            Settings = _network.Settings,
            Engine = _network.Engine.Description,
            Arithmetic = _network.Engine.Arithmetic,
            Every = _recording.Every,
            Epoch = epoch,
            Batch = batch,
            Iteration = iteration,
            BatchesPerEpoch = loader.BatchCount,
            LearningRate = learningRate,
            Data = _data.Name,
            DataCount = _data.Count,
            PixelsSha256 = Digest(pixels),
            Loss = double.NaN,
            Draws = AuditDraw.Of(_network.Settings, epoch, iteration),
            InitialisedFrom = _initialisedFrom is null ? null : Path.GetFileName(_initialisedFrom),
        };
        _writer = new SafetensorsWriter();
        _writer.Add<int>(AuditRecord.Indices, new TensorShape(count), loader.Order.Slice(batch * loader.BatchSize, count).ToArray());
        _writer.Add<int>(AuditRecord.Labels, new TensorShape(count), classes);
        AddState(AuditRecord.Before);
    }

    /// <summary>Adds the state after the step and writes the record, whole or not at all.</summary>
    /// <param name="loss">The objective, mean over the batch.</param>
    public void After(double loss)
    {
        AuditStep step = _under ?? throw new InvalidOperationException("audit: the state after a step without the one before it");
        if (_step.Attacked is { } attacked)
        {
            _writer.Add<float>(AuditRecord.Attacked, attacked.Shape, Values(attacked));
        }

        foreach ((string name, ITensor tensor) in _step.Optimiser.Gradients)
        {
            _writer.Add<float>(AuditRecord.Gradient + name, tensor.Shape, Values(tensor));
        }

        AddState(AuditRecord.After);
        _writer.AddMetadata("format", AuditRecord.Format);
        _writer.AddMetadata("version", AuditRecord.Version);
        _writer.AddMetadata("step", SettingsJson.Write(step with { Loss = loss }));
        _writer.Save(AuditFiles.PathOf(_recording.Folder, _recording.Name, step.Iteration));
        _under = null;
        _writer = new SafetensorsWriter();
    }

    /// <summary>SHA-256 of floats as they lie in memory, in hexadecimal.</summary>
    public static string Digest(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    private void AddState(string prefix)
    {
        foreach ((string name, ITensor tensor) in Checkpoint.Weights(_network).Concat(_step.Optimiser.Buffers))
        {
            _writer.Add<float>(prefix + name, tensor.Shape, Values(tensor));
        }
    }

    private float[] Values(ITensor tensor)
    {
        float[] values = new float[tensor.Shape.Length];
        _network.Engine.Download(tensor, values);
        return values;
    }
}

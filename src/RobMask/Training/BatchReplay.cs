using RobMask.Checkpoints;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>A training method on batches that somebody else recorded, in their order: no shuffling, no augmentation.</summary>
/// <remarks>Step s uses the learning rate of iteration s of a run of one epoch of all steps, and the attack's random numbers of iteration s.</remarks>
public sealed class BatchReplay : IDisposable
{
    private readonly IEngine _engine;
    private readonly TrainingSettings _settings;
    private readonly TrainingStep _step;
    private readonly TensorCache _cache;
    private readonly List<float> _losses = [];
    private readonly int _steps;

    /// <summary>Prepares a replay.</summary>
    /// <param name="engine">Where it runs.</param>
    /// <param name="settings">The training; its epochs and batch size do not count.</param>
    /// <param name="batchSize">N, the most images of a batch.</param>
    /// <param name="steps">How many steps there will be, for the schedule.</param>
    /// <param name="initialiseFrom">A checkpoint whose weights are the start; null for the initial weights of the settings' seed.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another network.</exception>
    public BatchReplay(IEngine engine, TrainingSettings settings, int batchSize, int steps, string? initialiseFrom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _engine = engine;
        _settings = settings;
        _steps = steps;
        Network = TrainedNetwork.Create(engine, settings);
        if (initialiseFrom is not null)
        {
            Checkpoint.LoadWeights(initialiseFrom, Network);
        }

        _step = new TrainingStep(Network, batchSize);
        _cache = new TensorCache(engine);
    }

    /// <summary>The network in training.</summary>
    public TrainedNetwork Network { get; }

    /// <summary>The mean loss of each step so far.</summary>
    public IReadOnlyList<float> Losses => _losses;

    /// <summary>Does the next step.</summary>
    /// <param name="pixels">[N, …], row-major.</param>
    /// <param name="labels">[N].</param>
    /// <exception cref="DivergedException">The loss became NaN or infinite.</exception>
    public void Step(ReadOnlySpan<float> pixels, ReadOnlySpan<int> labels)
    {
        ITensor images = _cache.Get("images", Network.Model.Graph.InputShape.Prepend(labels.Length));
        ITensor targets = _cache.Labels("labels", labels.Length);
        _engine.Upload(pixels, images);
        _engine.UploadLabels(labels, targets);
        _step.Run(images, targets, _losses.Count, LearningRate.At(_settings.Schedule, 1, _steps, _losses.Count));
        EpochSums sums = _step.Read()[0];
        if (!double.IsFinite(sums.Loss))
        {
            throw new DivergedException($"replay: the loss is {sums.Loss / labels.Length} at step {_losses.Count + 1}");
        }

        _losses.Add((float)(sums.Loss / labels.Length));
    }

    /// <summary>
    /// Everything that the last step changed, by the names of a checkpoint: its perturbation (attacked less given images, where the method
    /// attacks), then every parameter, running statistic and momentum buffer, and the gate.
    /// </summary>
    public IEnumerable<(string Name, ITensor Tensor)> State()
    {
        if (_step.Attacked is { } attacked)
        {
            ITensor perturbation = _cache.Get("perturbation", attacked.Shape);
            _engine.Subtract(attacked, _cache.Get("images", attacked.Shape), perturbation);
            yield return ("perturbation", perturbation);
        }

        foreach ((string Name, ITensor Tensor) part in Checkpoint.Weights(Network).Concat(_step.Optimiser.Buffers))
        {
            yield return part;
        }
    }

    /// <summary>Writes the losses, every parameter, running statistic and momentum buffer, and the gate, by the names of a checkpoint.</summary>
    public void Save(string path)
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "robmask-replay");
        writer.AddMetadata("settings", SettingsJson.Write(_settings));
        writer.Add<float>("loss", new TensorShape(_losses.Count), _losses.ToArray());
        foreach ((string name, ITensor tensor) in Checkpoint.Weights(Network).Concat(_step.Optimiser.Buffers))
        {
            float[] values = new float[tensor.Shape.Length];
            _engine.Download(tensor, values);
            writer.Add<float>(name, tensor.Shape, values);
        }

        writer.Save(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step.Dispose();
        _cache.Dispose();
        Network.Dispose();
    }
}

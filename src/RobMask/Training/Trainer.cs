using System.Diagnostics;
using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Tensors;
using RobMask.Training.Auditing;

namespace RobMask.Training;

/// <summary>Trains a network. Equal settings, data and engine arithmetic give equal bits, whatever the number of threads.</summary>
public sealed class Trainer : IDisposable
{
    private readonly IEngine _engine;
    private readonly TrainingSettings _settings;
    private readonly BatchLoader _loader;
    private readonly TrainingStep _step;
    private readonly TensorCache _cache;
    private readonly float[] _pixels;
    private readonly int[] _labels;
    private AuditRecorder? _recorder;
    private bool _saved;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or the data do not fit the network.</exception>
    public Trainer(IEngine engine, TrainingSettings settings, Dataset train)
    {
        _engine = engine;
        _settings = settings;
        if (train.Count == 0)
        {
            throw new ArgumentException($"data {train.Name}: there are no training images", nameof(train));
        }

        Network = TrainedNetwork.Create(engine, settings);
        HostBatch.RequireFit(train, Network.Model.Graph);
        int batchSize = Math.Min(settings.BatchSize, train.Count);
        _loader = new BatchLoader(train, batchSize, settings.Seed, shuffle: true, settings.Augmentation);
        _step = new TrainingStep(Network, batchSize);
        _cache = new TensorCache(engine);
        _pixels = new float[batchSize * train.ImageShape.Length];
        _labels = new int[batchSize];
    }

    /// <summary>The network in training.</summary>
    public TrainedNetwork Network { get; }

    /// <summary>Steps of an epoch.</summary>
    public int BatchesPerEpoch => _loader.BatchCount;

    /// <summary>Runs to the end, or until it is cancelled: then it stops after the step under way and writes its checkpoint.</summary>
    /// <exception cref="DivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="InvalidDataException">A checkpoint is damaged, or of another network or method.</exception>
    public TrainingOutcome Run(TrainingRunOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        CheckpointState state = Begin(options);
        _recorder = options.Audit is null
            ? null
            : new AuditRecorder(options.Audit, Network, _step, _loader.Dataset, options.InitialiseFrom, state.Iteration, (long)_settings.Epochs * _loader.BatchCount);
        List<EpochMetrics> metrics = [.. state.Metrics];
        EpochSums sums = state.Partial;
        long iteration = state.Iteration;
        long total = (long)_settings.Epochs * _loader.BatchCount;
        int firstBatch = state.Batch;
        long seen = 0;
        Stopwatch watch = Stopwatch.StartNew();
        for (int epoch = state.Epoch; epoch < _settings.Epochs; epoch++)
        {
            _loader.StartEpoch(epoch);
            for (int batch = firstBatch; batch < _loader.BatchCount; batch++)
            {
                if (cancellation.IsCancellationRequested)
                {
                    Save(options, new CheckpointState(_settings, epoch, batch, iteration, metrics, sums));
                    return new TrainingOutcome(metrics, true, iteration);
                }

                EpochSums step = Step(epoch, batch, iteration);
                iteration++;
                sums = sums.Add(step);
                seen += step.Images;
                Report(epoch, batch + 1, sums.Loss / sums.Images, null);
            }

            EpochMetrics completed = sums.Finish(epoch + 1, iteration, RateAt(iteration - 1));
            try
            {
                metrics.Add(Evaluated(options, completed, cancellation));
            }
            catch (OperationCanceledException)
            {
                Save(options, new CheckpointState(_settings, epoch, _loader.BatchCount, iteration, metrics, sums));
                return new TrainingOutcome(metrics, true, iteration);
            }

            sums = EpochSums.Zero;
            firstBatch = 0;
            SaveEpoch(options, new CheckpointState(_settings, epoch + 1, 0, iteration, metrics, sums));
            Report(epoch, _loader.BatchCount, metrics[^1].Loss, metrics[^1]);
        }

        if (state.Epoch >= _settings.Epochs)
        {
            Save(options, new CheckpointState(_settings, state.Epoch, 0, iteration, metrics, EpochSums.Zero));
        }

        return new TrainingOutcome(metrics, false, iteration);

        void Report(int epoch, int batches, double loss, EpochMetrics? completed)
        {
            double perSecond = seen / Math.Max(watch.Elapsed.TotalSeconds, 1e-9);
            TimeSpan remaining = TimeSpan.FromSeconds(perSecond > 0 ? (total - iteration) * (double)_loader.BatchSize / perSecond : 0);
            progress?.Report(new TrainingProgress(epoch + 1, _settings.Epochs, batches, _loader.BatchCount, loss, perSecond, remaining, completed));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step.Dispose();
        _cache.Dispose();
        Network.Dispose();
    }

    private CheckpointState Begin(TrainingRunOptions options)
    {
        if (options.ResumeFrom is { } resume)
        {
            CheckpointState state = Checkpoint.ReadState(resume);
            Checkpoint.RequireSameRun(resume, state.Settings, _settings);
            Checkpoint.LoadWeights(resume, Network);
            Checkpoint.LoadMomentum(resume, _engine, _step.Optimiser);
            _saved = true;
            return state;
        }

        if (options.InitialiseFrom is { } initial)
        {
            Checkpoint.LoadWeights(initial, Network);
        }

        return new CheckpointState(_settings, 0, 0, 0, [], EpochSums.Zero);
    }

    private EpochSums Step(int epoch, int batch, long iteration)
    {
        double rate = RateAt(iteration);
        int count = _loader.Load(batch, _pixels, _labels);
        ReadOnlySpan<float> pixels = _pixels.AsSpan(0, count * _loader.Dataset.ImageShape.Length);
        CheckPixels(pixels);
        ITensor images = _cache.Get("images", _loader.Dataset.ImageShape.Prepend(count));
        ITensor labels = _cache.Labels("labels", count);
        _engine.Upload(pixels, images);
        _engine.UploadLabels(_labels.AsSpan(0, count), labels);
        AuditRecorder? recorder = _recorder?.IsDue(iteration) == true ? _recorder : null;
        recorder?.Before(_loader, epoch, batch, iteration, rate, images, labels);
        EpochSums step = _step.Run(images, labels, iteration, rate);
        if (!double.IsFinite(step.Loss))
        {
            throw new DivergedException($"training: the loss is {step.Loss / count} at epoch {epoch + 1}, batch {batch + 1} (learning rate {rate:G4}); a lower learning rate or a warm-up may help.{(_saved ? " The last checkpoint stands." : string.Empty)}");
        }

        recorder?.After(step.Loss / count);
        return step;
    }

    private void CheckPixels(ReadOnlySpan<float> pixels)
    {
        bool box = _loader.Dataset.Bounded || (_settings.Method != TrainingMethod.Standard && _settings.Attack.ClipToBox);
        if (box)
        {
            PointCheck.RequireUnitBox(pixels, 0, _loader.Dataset.ImageShape.Length);
        }
    }

    private double RateAt(long iteration) => LearningRate.At(_settings.Schedule, _settings.Epochs, _loader.BatchCount, iteration);

    private EpochMetrics Evaluated(TrainingRunOptions options, EpochMetrics completed, CancellationToken cancellation)
    {
        bool due = completed.Epoch % Math.Max(1, options.EvaluationEvery) == 0 || completed.Epoch == _settings.Epochs;
        return options.EvaluationData is { } data && due
            ? completed with { Evaluation = Evaluator.Evaluate(Network.Deploy(), data, options.Evaluation, null, cancellation) }
            : completed;
    }

    private void SaveEpoch(TrainingRunOptions options, CheckpointState state)
    {
        Save(options, state);
        if (options.KeepAllCheckpoints && options.CheckpointPath is { } path)
        {
            string name = $"{Path.GetFileNameWithoutExtension(path)}-epoch-{state.Epoch}{Path.GetExtension(path)}";
            Checkpoint.Save(Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, name), Network, _step.Optimiser, state);
        }
    }

    private void Save(TrainingRunOptions options, CheckpointState state)
    {
        if (options.CheckpointPath is { } path)
        {
            Checkpoint.Save(path, Network, _step.Optimiser, state);
            _saved = true;
        }
    }
}

using System.Diagnostics;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Training.Auditing;

namespace RobMask.Training;

/// <summary>Trains a network. Equal settings, data and engine arithmetic give equal bits, whatever the number of threads.</summary>
/// <remarks>
/// Losses are read after every step where that costs nothing. Of an engine that runs ahead they are read only every
/// <see cref="LongestSilence"/> steps, at the end of an epoch and before a checkpoint: progress is reported then, and a
/// loss that became NaN or infinite is found then, when the optimiser has gone on with it. No checkpoint ever holds such
/// parameters. How often losses are read changes no bit.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private readonly IEngine _engine;
    private readonly TrainingSettings _settings;
    private readonly BatchLoader _loader;
    private readonly TrainingStep _step;
    private readonly IBatchSource _batches;
    private readonly int _silence;
    private AuditRecorder? _recorder;
    private double _lastLoss;
    private bool _saved;

    /// <summary>The most steps of an engine that runs ahead between two readings of its losses.</summary>
    public const int LongestSilence = 50;

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
        _silence = engine.IsAsynchronous ? LongestSilence : 1;
        _step = new TrainingStep(Network, batchSize, _silence);
        _batches = engine.CreateBatches(_loader, train.Bounded || (settings.Method != TrainingMethod.Standard && settings.Attack.ClipToBox));
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
            _batches.StartEpoch(epoch);
            for (int batch = firstBatch; batch < _loader.BatchCount; batch++)
            {
                if (cancellation.IsCancellationRequested)
                {
                    sums = Settle(sums, epoch, batch, iteration);
                    Save(options, new CheckpointState(_settings, epoch, batch, iteration, metrics, sums));
                    return new TrainingOutcome(metrics, true, iteration);
                }

                Batch loaded = _batches.Load(batch);
                AuditRecorder? recorder = _recorder?.IsDue(iteration) == true ? _recorder : null;
                recorder?.Before(_loader, epoch, batch, iteration, RateAt(iteration), loaded.Images, loaded.Labels);
                _step.Run(loaded.Images, loaded.Labels, iteration, RateAt(iteration));
                iteration++;
                seen += _loader.ImagesIn(batch);
                if (recorder is not null || _step.Unread == _silence || batch + 1 == _loader.BatchCount)
                {
                    sums = Settle(sums, epoch, batch + 1, iteration);
                    recorder?.After(_lastLoss);
                    Report(epoch, batch + 1, sums.Loss / sums.Images, null);
                }
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
        _batches.Dispose();
        _step.Dispose();
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

    /// <summary>Reads the losses of the steps since the last time; <paramref name="done"/> batches of the epoch are done.</summary>
    private EpochSums Settle(EpochSums sums, int epoch, int done, long iteration)
    {
        IReadOnlyList<EpochSums> steps = _step.Read();
        for (int i = 0; i < steps.Count; i++)
        {
            int ago = steps.Count - i;
            if (!double.IsFinite(steps[i].Loss))
            {
                throw new DivergedException($"training: the loss is {steps[i].Loss / steps[i].Images} at epoch {epoch + 1}, batch {done - ago + 1} (learning rate {RateAt(iteration - ago):G4}); a lower learning rate or a warm-up may help.{(_saved ? " The last checkpoint stands." : string.Empty)}");
            }

            sums = sums.Add(steps[i]);
            _lastLoss = steps[i].Loss / steps[i].Images;
        }

        return sums;
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
        if (options.KeepCheckpointEvery > 0 && state.Epoch % options.KeepCheckpointEvery == 0 && options.CheckpointPath is { } path)
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

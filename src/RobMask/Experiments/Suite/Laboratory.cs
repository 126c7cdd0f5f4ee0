using System.Diagnostics;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Results;
using RobMask.Experiments.Runs;
using RobMask.Training;
using RobMask.Training.Auditing;

namespace RobMask.Experiments.Suite;

/// <summary>Trains and evaluates for an experiment, keeps everything in the run folder, and does nothing twice.</summary>
/// <remarks>
/// A training that has its checkpoint goes on from it (a finished one has nothing left to do), an evaluation that has its
/// line in <c>evaluations.jsonl</c> is read from there. So an interrupted run that is resumed ends with the same bytes in
/// every file that holds results.
/// </remarks>
public sealed class Laboratory
{
    private readonly RunFolder _folder;
    private readonly IRunObserver _observer;
    private readonly CancellationToken _cancellation;
    private readonly JsonLines _evaluations;
    private readonly Dictionary<(string, ulong, string), EvaluationLine> _known;

    /// <summary>Prepares the work on a folder.</summary>
    public Laboratory(RunSettings settings, RunFolder folder, IEngine engine, DatasetPair data, IRunObserver observer, CancellationToken cancellation)
    {
        Settings = settings;
        Engine = engine;
        Data = data;
        _folder = folder;
        _observer = observer;
        _cancellation = cancellation;
        _evaluations = new JsonLines(folder.In("evaluations.jsonl"));
        _known = Known();
        _evaluations.Keep<EvaluationLine>(_ => true);
    }

    /// <summary>What the run depends on.</summary>
    public RunSettings Settings { get; }

    /// <summary>Where networks live.</summary>
    public IEngine Engine { get; }

    /// <summary>The images.</summary>
    public DatasetPair Data { get; }

    /// <summary>Every how many steps trainings are recorded for an audit; null for none.</summary>
    public int? AuditEvery { get; init; }

    /// <summary>The short name of the evaluation's attack.</summary>
    public string Condition => AttackNames.Short(Settings.Evaluation.Attack!);

    /// <summary>Trains a network to its end and returns it as its checkpoint holds it.</summary>
    /// <param name="name">The name of the training and of its checkpoint.</param>
    /// <param name="settings">What to train.</param>
    /// <param name="start">The name of an earlier training whose network it begins with; null for random weights.</param>
    /// <exception cref="OperationCanceledException">It was interrupted; its checkpoint holds the position.</exception>
    public TrainedNetwork Train(string name, TrainingSettings settings, string? start = null)
    {
        string checkpoint = Checkpoint(name);
        bool resumed = File.Exists(checkpoint);
        if (!resumed)
        {
            _folder.Metrics.Keep<EpochLine>(line => line.Training != name);
        }

        using (Trainer trainer = new(Engine, settings, Data.Train))
        {
            TrainingRunOptions options = Monitored(new TrainingRunOptions
            {
                CheckpointPath = checkpoint,
                ResumeFrom = resumed ? checkpoint : null,
                InitialiseFrom = start is null || resumed ? null : Checkpoint(start),
                Audit = AuditEvery is int every ? new AuditRecording(_folder.Audit, name, every) : null,
            });
            long begun = Stopwatch.GetTimestamp();
            TrainingOutcome outcome = trainer.Run(options, new Relay<TrainingProgress>(progress => Log(name, progress, ref begun)), _cancellation);
            Settle(name, outcome);
            if (outcome.Cancelled)
            {
                throw new OperationCanceledException($"{name}: interrupted after {outcome.Iterations} steps; its checkpoint is {checkpoint}", _cancellation);
            }

            if (outcome.Epochs.Count > 0)
            {
                _observer.Done(name, $"trained {outcome.Epochs.Count} epochs, loss {outcome.Epochs[^1].Loss:0.####}");
            }
        }

        return TrainedNetwork.Load(Engine, checkpoint);
    }

    /// <summary>Counts right answers of a network on the test images, clean and attacked.</summary>
    /// <param name="label">The network's name in the report.</param>
    /// <param name="seed">The seed of its training.</param>
    /// <param name="network">The network with its mask; made only where the folder does not hold the answer.</param>
    public EvaluationLine Evaluate(string label, ulong seed, Func<DeployedNetwork> network)
    {
        if (!_known.TryGetValue((label, seed, Settings.Evaluation.Attack!.Describe()), out EvaluationLine? line))
        {
            EvaluationResult result = Evaluator.Evaluate(network(), Data.Test, Settings.Evaluation, new Relay<EvaluationProgress>(progress => _observer.Evaluating(label, progress)), _cancellation);
            line = EvaluationLine.From(label, seed, result);
            _evaluations.Append(line);
            _known.Add(Key(line), line);
        }

        foreach (string warning in line.Warnings)
        {
            _observer.Warn($"{label}, seed {seed}, {line.Condition}: {warning}");
        }

        _observer.Done($"{label}, seed {seed}", $"{Reporting.ReportText.Percent(line.CleanAccuracy.Fraction)} clean, {Reporting.ReportText.Percent(line.RobustAccuracy.Fraction)} under {line.Condition}");
        return line;
    }

    /// <summary>True where the masks of a network share running statistics and the settings ask to measure them anew.</summary>
    public bool Reestimates(TrainedNetwork network) =>
        Settings.ReestimationImages > 0 && network.Model.Graph.MaskCount > 1 && network.Model.Graph.StatisticsSets == 1;

    /// <summary>The deployed network, with running statistics measured anew under its mask where <see cref="Reestimates"/>.</summary>
    public DeployedNetwork Ready(TrainedNetwork network, DeployedNetwork deployed) =>
        Reestimates(network) ? network.Reestimated(deployed, Data.Train, Settings.ReestimationImages) : deployed;

    /// <summary>Evaluates a network of two masks at every α of the settings.</summary>
    /// <param name="label">The network's name in the report.</param>
    /// <param name="seed">The seed of its training.</param>
    /// <param name="network">A network with a clean and an adversarial mask.</param>
    /// <param name="asTrained">With the running statistics as trained, whatever the settings say.</param>
    public IReadOnlyList<(float Alpha, EvaluationLine Line)> Sweep(string label, ulong seed, TrainedNetwork network, bool asTrained)
    {
        List<(float, EvaluationLine)> points = [];
        foreach (float alpha in Settings.Alphas)
        {
            string name = $"{label}, α = {Reporting.ReportText.Exact(alpha)}";
            points.Add((alpha, Evaluate(name, seed, () =>
            {
                DeployedNetwork deployed = network.Deploy(MaskChoice.Uniform(alpha, 1 - alpha), name);
                return asTrained ? deployed : Ready(network, deployed);
            })));
        }

        return points;
    }

    /// <summary>Attacks some test images and keeps the pictures.</summary>
    public IReadOnlyList<SamplePicture> Samples(string label, DeployedNetwork network) =>
        SampleMaker.Make(label, network, Data.Test, Settings, _folder);

    /// <summary>Compares the first two primary masks of a network on the test images.</summary>
    public MaskPicture Masks(string label, ulong seed, TrainedNetwork network, params IReadOnlyList<string> names) =>
        MaskPictureMaker.Make(label, seed, network, names, Data.Test, Settings.MaskImages);

    /// <summary>The path of a training's checkpoint.</summary>
    public string Checkpoint(string name) => Path.Combine(_folder.Checkpoints, name + ".safetensors");

    private Dictionary<(string, ulong, string), EvaluationLine> Known()
    {
        Dictionary<(string, ulong, string), EvaluationLine> known = [];
        int number = 0;
        foreach (EvaluationLine line in _evaluations.Read<EvaluationLine>())
        {
            number++;
            if (!known.TryAdd(Key(line), line))
            {
                throw new InvalidDataException($"{_folder.In("evaluations.jsonl")}: line {number}: a second evaluation of «{line.Network}», seed {line.Seed}, under {line.Attack}");
            }
        }

        return known;
    }

    private static (string, ulong, string) Key(EvaluationLine line) => (line.Network, line.Seed, line.Attack);

    private static EpochLine Line(string name, EpochMetrics metrics) => new(name, metrics.Epoch)
    {
        LearningRate = metrics.LearningRate,
        Loss = metrics.Loss,
        CleanAccuracy = metrics.CleanAccuracy,
        RobustAccuracy = metrics.AdversarialAccuracy,
        TestAccuracy = metrics.Evaluation?.CleanAccuracy,
        TestRobustAccuracy = metrics.Evaluation?.RobustAccuracy,
        TestImages = metrics.Evaluation?.Images,
    };

    /// <summary>Adds the early evaluations and kept checkpoints that the settings ask for.</summary>
    private TrainingRunOptions Monitored(TrainingRunOptions options)
    {
        if (Settings.Monitoring is not MonitoringSettings monitoring)
        {
            return options;
        }

        bool evaluates = monitoring.EvaluationEvery > 0 && Data.HasTest;
        return options with
        {
            KeepCheckpointEvery = monitoring.CheckpointEvery,
            EvaluationData = evaluates ? SubsetDataset.Balanced(Data.Test, Math.Min(monitoring.EvaluationImages, Data.Test.Count), "test") : null,
            Evaluation = Settings.Evaluation with { Images = null },
            EvaluationEvery = monitoring.EvaluationEvery,
        };
    }

    private void Log(string name, TrainingProgress progress, ref long begun)
    {
        if (progress.Completed is EpochMetrics metrics)
        {
            _folder.Metrics.Append(Line(name, metrics));
            _folder.Timings.Append(new TimingLine(name, metrics.Epoch, Stopwatch.GetElapsedTime(begun).TotalSeconds));
            begun = Stopwatch.GetTimestamp();
        }

        _observer.Training(name, progress);
    }

    // The checkpoint knows the epochs that count: a run that was killed may have logged one more, or one less.
    private void Settle(string name, TrainingOutcome outcome)
    {
        EpochLine[] counted = [.. outcome.Epochs.Select(metrics => Line(name, metrics))];
        if (!_folder.Metrics.Read<EpochLine>().Where(line => line.Training == name).SequenceEqual(counted))
        {
            _folder.Metrics.Keep<EpochLine>(line => line.Training != name);
            foreach (EpochLine line in counted)
            {
                _folder.Metrics.Append(line);
            }
        }
    }

    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}

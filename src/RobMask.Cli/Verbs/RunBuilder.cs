using System.CommandLine;
using RobMask.Attacks;
using RobMask.Cli.Options;
using RobMask.Data;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary>The options of a run, and how they become its settings: preset, then configuration file, then options.</summary>
internal sealed class RunBuilder
{
    private readonly OptionSet<RunChoice> _output = RunChoice.CreateOutput();
    private readonly OptionSet<RunChoice> _process = RunChoice.CreateProcess();
    private readonly OptionSet<EngineChoice> _engine = EngineChoice.Create();
    private readonly OptionSet<RunChoice> _full = RunChoice.CreateFull();
    private readonly OptionSet<DataChoice> _data = DataChoice.Create();
    private readonly OptionSet<NetworkSettings> _network = NetworkOptions.Create();
    private readonly OptionSet<TrainingSettings> _training = TrainingOptions.Create();
    private readonly OptionSet<TrainingSettings> _methods = TrainingOptions.CreateMethods();
    private readonly OptionSet<AttackSettings> _attack = AttackOptions.Create("Attack in training", steps: "5, with --full 10", keep: "last");
    private readonly OptionSet<AttackSettings> _evaluation = AttackOptions.Create("Attack in evaluation (epsilon, norm and box as in training unless given)", "eval-", steps: "20, with --full 50");
    private readonly OptionSet<RunSettings> _run = new OptionSet<RunSettings>("Numbers")
        .Add("--seed", "N", "the key of every random number (default 0)", Values.Seed, (s, v) => s with { Training = s.Training with { Seed = v }, Evaluation = s.Evaluation with { Seed = v } })
        .Add("--dtype", "NAME", "f32 or f64 (default f32)", Values.OneOf(("f32", false), ("f64", true)), (s, v) => s with { DoublePrecision = v })
        .Add("--eval-batch-size", "N", "images of a step in evaluation (default 100)", Values.Whole(1), (s, v) => s with { Evaluation = s.Evaluation with { BatchSize = v } })
        .AddSwitch("--true-coefficients", "robmask: also count with the true u(δ), which is no threat model", (s, v) => s with { Evaluation = s.Evaluation with { TrueCoefficients = v } })
        .Add("--sample-images", "N", "images shown with their perturbations (default 6)", Values.Whole(0), (s, v) => s with { SampleImages = v })
        .Add("--mask-images", "N", "images that masks are compared on (default 200)", Values.Whole(1), (s, v) => s with { MaskImages = v })
        .Add("--eval-every", "N", "evaluate on some test images after every N epochs, for metrics.jsonl (default 0: only at the end)", Values.Whole(0), (s, v) => Monitor(s, m => m with { EvaluationEvery = v }))
        .Add("--eval-every-images", "N", "on how many, balanced over the classes (default 1000)", Values.Whole(1), (s, v) => Monitor(s, m => m with { EvaluationImages = v }))
        .Add("--keep-checkpoints", "N", "keep the checkpoint of every N-th epoch beside the last one (default 0: only the last)", Values.Whole(0), (s, v) => Monitor(s, m => m with { CheckpointEvery = v }));

    private readonly OptionSet<RunSettings> _experiment = new OptionSet<RunSettings>("Experiment")
        .Add("--seeds", "N", "trainings of each kind, with seeds from --seed on", Values.Whole(1), (s, v) => s with { Seeds = v })
        .Add("--alphas", "LIST", "points of the curve (default 0,0.1,…,1)", Values.List(Values.Finite), (s, v) => s with { Alphas = v })
        .Add("--reestimation-images", "N", "training images on which statistics that masks share are measured anew for each mask (default 2000; 0: as trained)", Values.Whole(0), (s, v) => s with { ReestimationImages = v });

    /// <summary>Groups for the help, the most used first.</summary>
    public IOptionSet[] Groups(bool experiment) => experiment
        ? [_data, _network, _experiment, _full, _training, _methods, _attack, _evaluation, _run, _output, _engine, _process]
        : [_data, _network, _training, _methods, _attack, _evaluation, _run, _output, _engine, _process];

    /// <summary>The options that say how the run is carried out.</summary>
    public RunChoice Choice(ParseResult parsed) => _full.Apply(parsed, _process.Apply(parsed, _output.Apply(parsed, new RunChoice { Engine = _engine.Apply(parsed, new EngineChoice()) })));

    /// <summary>The settings of a run and its images.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="kind">The experiment.</param>
    /// <param name="adjust">Changes the preset, where there is no configuration file.</param>
    /// <param name="given">The images, where they are not those that the options name.</param>
    /// <param name="load">Finds the images of a data set for a network; null: <see cref="DatasetCatalog.Load"/>.</param>
    public (RunSettings Settings, DatasetPair Data, RunChoice Choice) Build(ParseResult parsed, string kind, Func<RunSettings, RunSettings>? adjust = null, DatasetPair? given = null, Func<DataChoice, RunSettings?, DatasetPair>? load = null)
    {
        RunChoice choice = Choice(parsed);
        if (choice.Threads is int threads)
        {
            Workers.ThreadCount = threads;
        }

        if (choice.Resume && choice.Output is null)
        {
            throw new ArgumentException("--resume needs --out FOLDER: the run to go on with");
        }

        string? config = choice.Config ?? (choice.Resume && choice.Output is string folder && File.Exists(Path.Combine(folder, "config.json")) ? Path.Combine(folder, "config.json") : null);
        RunSettings? before = config is null ? null : Read(config, kind);
        DataChoice data = _data.Apply(parsed, before is null ? new DataChoice() : new DataChoice { Name = before.Data, Options = before.DataOptions });
        _data.RequireUseful(parsed, $"data {data.Name}", option => DataChoice.Reason(option, data.Name));
        DatasetPair pair = given ?? load?.Invoke(data, before) ?? DatasetCatalog.Load(data.Name, data.Options);
        RunSettings preset = before ?? RunPresets.Create(kind, pair, choice.Full);
        RunSettings settings = _experiment.Apply(parsed, _run.Apply(parsed, before is null && adjust is not null ? adjust(preset) : preset));
        AttackSettings attack = _attack.Apply(parsed, settings.Training.Attack);
        AttackSettings evaluation = Follow(settings.Evaluation.Attack!, settings.Training.Attack, attack);
        TrainingSettings training = _methods.Apply(parsed, _training.Apply(parsed, settings.Training)) with
        {
            Data = data.Name,
            Attack = attack,
            Network = RunPresets.Fit(_network.Apply(parsed, settings.Training.Network), pair),
        };
        _network.RequireUseful(parsed, $"network {training.Network.Name}", option => NetworkOptions.Reason(option, training.Network.Name));
        return (settings with
        {
            Data = data.Name,
            DataOptions = data.Options with { DataFolder = null },
            Training = training,
            Evaluation = settings.Evaluation with { Attack = _evaluation.Apply(parsed, evaluation) },
        }, pair, choice);
    }

    /// <summary>Refuses options of methods other than the one that is trained.</summary>
    /// <exception cref="ArgumentException">One was given.</exception>
    public void RequireUseful(ParseResult parsed, TrainingMethod method) =>
        _methods.RequireUseful(parsed, $"--method {method.ToString().ToLowerInvariant()}", option => TrainingOptions.Reason(option, method));

    private static RunSettings Monitor(RunSettings settings, Func<MonitoringSettings, MonitoringSettings> change) => settings with { Monitoring = change(settings.Monitoring ?? new MonitoringSettings()) };

    // Whoever changes the ball of the training attack means that of the evaluation too.
    private static AttackSettings Follow(AttackSettings evaluation, AttackSettings before, AttackSettings now) => evaluation with
    {
        Epsilon = now.Epsilon == before.Epsilon ? evaluation.Epsilon : now.Epsilon,
        Norm = now.Norm == before.Norm ? evaluation.Norm : now.Norm,
        ClipToBox = now.ClipToBox == before.ClipToBox ? evaluation.ClipToBox : now.ClipToBox,
    };

    private static RunSettings Read(string file, string kind)
    {
        RunSettings settings = RunJson.Read<RunSettings>(file);
        if (settings.Evaluation.Attack is null)
        {
            throw new InvalidDataException($"{file}: $.evaluation.attack: null is not allowed here; a run evaluates under an attack");
        }

        return settings.Kind == kind
            ? settings
            : throw new InvalidDataException($"{file}: holds the settings of «{settings.Kind}», not of «{kind}»");
    }
}

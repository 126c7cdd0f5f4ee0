using System.CommandLine;
using RobMask.Attacks;
using RobMask.Cli.Options;
using RobMask.Cli.Terminal;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Experiments.Runs;
using RobMask.Experiments.Suite;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary>The options of the verbs that use a trained network: model, data, attack.</summary>
internal sealed class ModelBuilder(bool mask = true, bool statistics = true)
{
    private readonly OptionSet<ModelChoice> _model = ModelChoice.Create(mask, statistics);
    private readonly OptionSet<ModelChoice> _numbers = ModelChoice.CreateNumbers();
    private readonly OptionSet<DataChoice> _data = DataChoice.Create();
    private readonly OptionSet<NetworkSettings> _network = NetworkOptions.Create();
    private readonly OptionSet<AttackSettings> _attack = AttackOptions.Create("Attack (default: that of the checkpoint's run)");
    private readonly OptionSet<EngineChoice> _engine = EngineChoice.Create();
    private readonly OptionSet<RunChoice> _process = RunChoice.CreateProcess();

    public IOptionSet[] Groups => [_model, _data, _network, _attack, _numbers, _engine, _process];

    /// <summary>Opens data and model.</summary>
    /// <param name="shell">For warnings.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="images">Images that stand for the data; null for the data that the options name.</param>
    public Opened Open(Shell shell, ParseResult parsed, BatchFile? images = null)
    {
        RunChoice process = _process.Apply(parsed, new RunChoice());
        if (process.Threads is int threads)
        {
            Workers.ThreadCount = threads;
        }

        ModelChoice given = _model.Apply(parsed, new ModelChoice());
        if (given.Path is null)
        {
            throw new ArgumentException("--model FILE is needed: a checkpoint or a safetensors file");
        }

        RunSettings? run = RunOf(given.Path);
        EvaluationSettings? evaluation = run?.Evaluation;
        ModelChoice choice = _numbers.Apply(parsed, evaluation is null ? given : given with { Seed = evaluation.Seed, BatchSize = evaluation.BatchSize });
        DataChoice data = _data.Apply(parsed, run is null ? new DataChoice() : new DataChoice { Name = run.Data, Options = run.DataOptions });
        _data.RequireUseful(parsed, $"data {data.Name}", option => DataChoice.Reason(option, data.Name));
        DatasetPair pair = images?.Data(images.Classes) ?? DatasetCatalog.Load(data.Name, data.Options);
        NetworkSettings network = _network.Apply(parsed, new NetworkSettings { Name = string.Empty, Channels = 1, Height = 1, Width = 1, Classes = 2 });
        IEngine engine = _engine.Apply(parsed, new EngineChoice()).Open(choice.DoublePrecision);
        try
        {
            NetworkFile file = choice.Open(engine, network, pair);
            _network.RequireUseful(parsed, choice.Path!, option => file.Trained is null ? NetworkOptions.Reason(option, file.Model.Graph.Name) : "a checkpoint says itself what network it holds");
            Warn(shell, engine, file.Model, choice.Path!);

            // A file's labels need not name every class; the network knows how many there are.
            pair = images?.Data(file.Model.Graph.OutputShape[0]) ?? pair;
            AttackSettings attack = _attack.Apply(parsed, evaluation?.Attack ?? AttackSettings.Evaluation(pair.SuggestedEpsilon) with { ClipToBox = pair.Test.Bounded });
            attack.Validate(file.Model.Graph.OutputShape[0]);
            return new Opened(engine, file, pair, choice, attack, process.Json);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    // A checkpoint in a run folder was trained on that run's data and evaluated under its attack; they are what a user means unless told otherwise.
    private static RunSettings? RunOf(string model)
    {
        string? checkpoints = Path.GetDirectoryName(Path.GetFullPath(model));
        string? folder = Path.GetDirectoryName(checkpoints);
        string config = Path.Combine(folder ?? ".", "config.json");
        return folder is not null && Path.GetFileName(checkpoints) == "checkpoints" && File.Exists(config) ? RunJson.Read<RunSettings>(config) : null;
    }

    // A network with such weights answers something, and its accuracy looks like that of a bad network.
    private static void Warn(Shell shell, IEngine engine, IModel model, string path)
    {
        foreach ((string name, ITensor tensor) in model.Parameters.Select(one => (one.Info.Name, one.Value)).Concat(model.Buffers.Select(one => (one.Info.Name, one.Value))))
        {
            float[] values = new float[tensor.Shape.Length];
            engine.Download(tensor, values);
            int wrong = values.Count(value => !float.IsFinite(value));
            if (wrong > 0)
            {
                shell.Error.WriteLine($"warning: {path}: {name}: {wrong} of {values.Length} values are NaN or infinite");
            }
        }
    }
}

/// <summary>An opened model with its data.</summary>
internal sealed record Opened(IEngine Engine, NetworkFile File, DatasetPair Data, ModelChoice Choice, AttackSettings Attack, bool Json) : IDisposable
{
    /// <summary>How to evaluate it.</summary>
    public EvaluationSettings Evaluation => new() { Attack = Attack, BatchSize = Choice.BatchSize, Seed = Choice.Seed };

    /// <summary>The deployed network, with running statistics measured anew where the options ask for it.</summary>
    /// <exception cref="InvalidDataException">They do, and the data have no training images.</exception>
    public DeployedNetwork Ready(DeployedNetwork network)
    {
        if (Choice.ReestimationImages == 0)
        {
            return network;
        }

        return Data.HasTrain
            ? File.Reestimated(network, Data.Train, Choice.ReestimationImages)
            : throw new InvalidDataException($"--reestimation-images {Choice.ReestimationImages}: data set {Data.Name} has no training images");
    }

    public void Dispose()
    {
        File.Dispose();
        Engine.Dispose();
    }
}

using System.CommandLine;
using RobMask.Attacks;
using RobMask.Cli.Options;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Experiments.Suite;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Cli.Verbs;

/// <summary>The options of the verbs that use a trained network: model, data, attack.</summary>
internal sealed class ModelBuilder(bool mask = true, bool statistics = true)
{
    private readonly OptionSet<ModelChoice> _model = ModelChoice.Create(mask, statistics);
    private readonly OptionSet<ModelChoice> _numbers = ModelChoice.CreateNumbers();
    private readonly OptionSet<DataChoice> _data = DataChoice.Create();
    private readonly OptionSet<NetworkSettings> _network = NetworkOptions.Create();
    private readonly OptionSet<AttackSettings> _attack = AttackOptions.Create("Attack");
    private readonly OptionSet<RunChoice> _process = RunChoice.CreateProcess();

    public IOptionSet[] Groups => [_model, _data, _network, _attack, _numbers, _process];

    /// <summary>Opens data and model.</summary>
    public Opened Open(ParseResult parsed)
    {
        RunChoice process = _process.Apply(parsed, new RunChoice());
        if (process.Threads is int threads)
        {
            Workers.ThreadCount = threads;
        }

        ModelChoice choice = _numbers.Apply(parsed, _model.Apply(parsed, new ModelChoice()));
        if (choice.Path is null)
        {
            throw new ArgumentException("--model FILE is needed: a checkpoint or a safetensors file");
        }

        DataChoice data = _data.Apply(parsed, DataOf(choice.Path));
        DatasetPair pair = DatasetCatalog.Load(data.Name, data.Options);
        NetworkSettings network = _network.Apply(parsed, new NetworkSettings { Name = string.Empty, Channels = 1, Height = 1, Width = 1, Classes = 2 });
        IEngine engine = choice.DoublePrecision ? new ManagedEngine<double>() : new ManagedEngine<float>();
        try
        {
            NetworkFile file = choice.Open(engine, network, pair);
            AttackSettings attack = _attack.Apply(parsed, AttackSettings.Evaluation(pair.SuggestedEpsilon) with { ClipToBox = pair.Test.Bounded });
            attack.Validate(file.Model.Graph.OutputShape[0]);
            return new Opened(engine, file, pair, choice, attack, process.Json);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    // A checkpoint in a run folder was trained on that run's data; they are what a user means unless told otherwise.
    private static DataChoice DataOf(string model)
    {
        string? folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(model)));
        string config = Path.Combine(folder ?? ".", "config.json");
        if (folder is null || !File.Exists(config) || Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(model))) != "checkpoints")
        {
            return new DataChoice();
        }

        RunSettings settings = Experiments.Runs.RunJson.Read<RunSettings>(config);
        return new DataChoice { Name = settings.Data, Options = settings.DataOptions };
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

using System.Globalization;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Masking;
using RobMask.Networks;

namespace RobMask.Training;

/// <summary>A network of a training method: parameters, statistics, the gate where there is one, and the settings that made it.</summary>
public sealed class TrainedNetwork : IDisposable
{
    private StatisticsReestimation? _reestimation;

    private TrainedNetwork(IEngine engine, TrainingSettings settings)
    {
        settings.Validate();
        Engine = engine;
        Settings = settings;
        NetworkGraph graph = NetworkCatalog.Create(settings.EffectiveNetwork());
        Gate = settings.Method == TrainingMethod.RobMask ? MaskGate.Create(engine, settings.RobMask.Gate, graph, settings.Attack.Epsilon) : null;
        Model = engine.CreateModel(graph);
    }

    /// <summary>Where it lives.</summary>
    public IEngine Engine { get; }

    /// <summary>What made it.</summary>
    public TrainingSettings Settings { get; }

    /// <summary>Parameters and running statistics.</summary>
    public IModel Model { get; }

    /// <summary>The gate of RobMask, or null.</summary>
    public MaskGate? Gate { get; }

    /// <summary>Makes a network with the initial parameters of a run.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static TrainedNetwork Create(IEngine engine, TrainingSettings settings)
    {
        TrainedNetwork network = new(engine, settings);
        InitialWeights.Draw(engine, network.Model, settings.Seed, settings.Method == TrainingMethod.RobMask ? settings.RobMask.MaskNoise : 0);
        network.Gate?.Initialise(settings.Seed);
        return network;
    }

    /// <summary>Reads a network from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The file is not a checkpoint, or a tensor is missing or of another shape.</exception>
    public static TrainedNetwork Load(IEngine engine, string checkpointPath)
    {
        TrainedNetwork network;
        TrainingSettings settings = Checkpoint.ReadState(checkpointPath).Settings;
        try
        {
            network = new TrainedNetwork(engine, settings);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{checkpointPath}: its settings make no network: {error.Message}", error);
        }

        try
        {
            Checkpoint.LoadWeights(checkpointPath, network);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The coefficients [k] (or [L·k]) of the mask of <see cref="Deploy(Branch)"/>.</summary>
    /// <exception cref="ArgumentException">RobMask has a mask for every perturbation, so no single one for attacked images.</exception>
    public float[] Coefficients(Branch branch = Branch.Clean)
    {
        int k = Model.Graph.MaskCount;
        if (Gate is null)
        {
            float[] oneHot = new float[k];
            oneHot[BranchIndex(branch, k)] = 1;
            return oneHot;
        }

        if (branch == Branch.Adversarial)
        {
            throw new ArgumentException("robmask: every perturbation has a mask of its own, so there is no single mask for attacked images; choose coefficients", nameof(branch));
        }

        return Settings.RobMask.TestMask == TestMask.GateAtZero ? Gate.CoefficientsAtZero() : [.. Enumerable.Repeat(1f / k, k)];
    }

    /// <summary>The network as it is used: for RobMask with its test mask, else with the mask and statistics of a branch.</summary>
    /// <inheritdoc cref="Coefficients"/>
    public DeployedNetwork Deploy(Branch branch = Branch.Clean)
    {
        string method = Settings.Method.ToString().ToLowerInvariant();
        int statistics = BranchIndex(branch, Model.Graph.StatisticsSets);
        if (Gate is null)
        {
            int mask = BranchIndex(branch, Model.Graph.MaskCount);
            bool branches = Model.Graph.MaskCount > 1 || Model.Graph.StatisticsSets > 1;
            string which = branches ? $", {(branch == Branch.Clean ? "clean" : "adversarial")} branch" : string.Empty;
            return Deploy(MaskChoice.Primary(mask), method + which, statistics);
        }

        float[] coefficients = Coefficients(branch);
        string name = Settings.RobMask.TestMask == TestMask.GateAtZero ? "u(0)" : "uniform average";
        string values = string.Join(", ", coefficients.Take(8).Select(u => u.ToString("0.###", CultureInfo.InvariantCulture)));
        return Deploy(MaskChoice.Uniform(coefficients), $"{method}, mask {name} = ({values}{(coefficients.Length > 8 ? ", …" : string.Empty)})", statistics);
    }

    /// <summary>The network with a mask of the caller's choice.</summary>
    public DeployedNetwork Deploy(MaskChoice mask, string description, int statisticsSet = 0) =>
        new(Engine, Model, mask, statisticsSet, description) { Gate = Gate, AttackedStatisticsSet = BranchIndex(Branch.Adversarial, Model.Graph.StatisticsSets) };

    /// <summary>
    /// A deployed network with running statistics that are measured anew under its mask, on the first clean images of the
    /// training set. It lives on a copy of the parameters that the next call overwrites.
    /// </summary>
    /// <param name="deployed">What is deployed, of this network.</param>
    /// <param name="train">The training images.</param>
    /// <param name="images">How many of them at most; whole batches count.</param>
    /// <seealso cref="StatisticsReestimation"/>
    public DeployedNetwork Reestimated(DeployedNetwork deployed, Dataset train, int images) =>
        (_reestimation ??= new StatisticsReestimation(Engine, Model)).Deploy(deployed, train, images);

    /// <summary>The mask of <see cref="Deploy(Branch)"/> as a value.</summary>
    /// <inheritdoc cref="Coefficients"/>
    public MaskSet Mask(Branch branch = Branch.Clean) => MaskSet.FromChoice(Engine, Model, Deploy(branch).Mask);

    /// <inheritdoc/>
    public void Dispose()
    {
        Gate?.Dispose();
        _reestimation?.Dispose();
        Model.Dispose();
    }

    /// <summary>0 for the clean branch; 1 for the attacked one, where there are two.</summary>
    internal static int BranchIndex(Branch branch, int count) => branch == Branch.Adversarial && count > 1 ? 1 : 0;
}

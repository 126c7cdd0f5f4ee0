#pragma warning disable CA1822
using RobMask.Engines;
using RobMask.Masking;

namespace RobMask.Training;

/// <summary>A network of a training method: parameters, statistics, the gate where there is one, and the settings that made it.</summary>
public sealed class TrainedNetwork : IDisposable
{
    private TrainedNetwork(IEngine engine, TrainingSettings settings, IModel model, MaskGate? gate)
    {
        Engine = engine;
        Settings = settings;
        Model = model;
        Gate = gate;
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
    public static TrainedNetwork Create(IEngine engine, TrainingSettings settings) => throw new NotImplementedException();

    /// <summary>Reads a network from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The file is not a checkpoint, or a tensor is missing or of another shape.</exception>
    public static TrainedNetwork Load(IEngine engine, string checkpointPath) => throw new NotImplementedException();

    /// <summary>The network as it is used: for RobMask with its test mask, else with the mask and statistics of a branch.</summary>
    public DeployedNetwork Deploy(Branch branch = Branch.Clean) => throw new NotImplementedException();

    /// <summary>The network with a mask of the caller's choice.</summary>
    public DeployedNetwork Deploy(MaskChoice mask, string description, int statisticsSet = 0) => throw new NotImplementedException();

    /// <summary>The coefficients [k] (or [L·k]) of the mask of <see cref="Deploy(Branch)"/>.</summary>
    public float[] Coefficients(Branch branch = Branch.Clean) => throw new NotImplementedException();

    /// <summary>The mask of <see cref="Deploy(Branch)"/> as a value.</summary>
    public MaskSet Mask(Branch branch = Branch.Clean) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
        Gate?.Dispose();
        Model.Dispose();
    }
}

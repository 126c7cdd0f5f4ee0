using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>A network from a file: a checkpoint of this project, or tensors under PyTorch's names.</summary>
public sealed class NetworkFile : IDisposable
{
    private const string CheckpointFormat = "robmask-checkpoint";

    private StatisticsReestimation? _reestimation;

    private NetworkFile(IEngine engine, IModel model, TrainedNetwork? trained)
    {
        Engine = engine;
        Model = model;
        Trained = trained;
    }

    /// <summary>Where it lives.</summary>
    public IEngine Engine { get; }

    /// <summary>Parameters and running statistics.</summary>
    public IModel Model { get; }

    /// <summary>What a checkpoint holds beside; null for a file of tensors alone.</summary>
    public TrainedNetwork? Trained { get; }

    /// <summary>Reads a network.</summary>
    /// <param name="engine">Where it shall live.</param>
    /// <param name="path">A safetensors file.</param>
    /// <param name="network">
    /// What the tensors of a file that is no checkpoint are the parameters of. With no name given, the file's metadata
    /// <c>network</c> describes the layers of a sequential network.
    /// </param>
    /// <exception cref="InvalidDataException">The file is malformed, or does not fit the network.</exception>
    public static NetworkFile Load(IEngine engine, string path, NetworkSettings network)
    {
        using SafetensorsFile file = new(path);
        if (file.Metadata.GetValueOrDefault("format") == CheckpointFormat)
        {
            TrainedNetwork trained = TrainedNetwork.Load(engine, path);
            return new NetworkFile(engine, trained.Model, trained);
        }

        NetworkSettings described = network;
        if (network.Name.Length == 0)
        {
            described = network with
            {
                Name = "sequential",
                Layers = file.Metadata.GetValueOrDefault("network") ?? throw new InvalidDataException($"{path}: it is no checkpoint and its metadata name no network; describe it with --network"),
            };
        }

        IModel model = engine.CreateModel(NetworkCatalog.Create(described));
        try
        {
            Fill(file, engine, model);
            return new NetworkFile(engine, model, null);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The network as it is used: a checkpoint with its own test mask, a file of tensors with its first mask.</summary>
    public DeployedNetwork Deploy() => Trained?.Deploy() ?? Deploy(MaskChoice.Primary(0), Model.Graph.Name);

    /// <summary>The network with a mask of the caller's choice.</summary>
    public DeployedNetwork Deploy(MaskChoice mask, string description, int statisticsSet = 0) =>
        Trained?.Deploy(mask, description, statisticsSet) ?? new DeployedNetwork(Engine, Model, mask, statisticsSet, description);

    /// <inheritdoc cref="TrainedNetwork.Reestimated"/>
    public DeployedNetwork Reestimated(DeployedNetwork deployed, Dataset train, int images) =>
        (_reestimation ??= new StatisticsReestimation(Engine, Model)).Deploy(deployed, train, images);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reestimation?.Dispose();
        if (Trained is null)
        {
            Model.Dispose();
        }
        else
        {
            Trained.Dispose();
        }
    }

    private static void Fill(SafetensorsFile file, IEngine engine, IModel model)
    {
        (string Name, ITensor Tensor)[] wanted =
        [
            .. model.Parameters.Select(parameter => (parameter.Info.Name, parameter.Value)),
            .. model.Buffers.Select(buffer => (buffer.Info.Name, buffer.Value)),
        ];
        string[] superfluous = [.. file.Entries.Select(entry => entry.Name).Where(name => !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)).Except(wanted.Select(pair => pair.Name))];
        if (superfluous.Length > 0)
        {
            throw new InvalidDataException($"{file.Path}: network {model.Graph.Name} has no tensor {string.Join(", ", superfluous.Take(3))}");
        }

        foreach ((string name, ITensor tensor) in wanted)
        {
            if (!file[name].Shape.Equals(tensor.Shape))
            {
                throw new InvalidDataException($"{file.Path}: tensor {name} at byte {file[name].Offset} has shape {file[name].Shape}, network {model.Graph.Name} needs {tensor.Shape}");
            }

            float[] values = new float[tensor.Shape.Length];
            file.Read(name, values);
            engine.Upload(values, tensor);
        }
    }
}

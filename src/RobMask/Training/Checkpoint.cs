using System.Text.Json.Nodes;
using RobMask.Checkpoints;
using RobMask.Engines;

namespace RobMask.Training;

/// <summary>A training run as one safetensors file.</summary>
/// <remarks>
/// Tensors: parameters and running statistics under their PyTorch names, momentum buffers under <c>momentum.</c>, the
/// gate's parameters under <c>gate.</c> and their buffers under <c>momentum.gate.</c>. Metadata: <c>format</c>,
/// <c>version</c>, <c>network</c> and <c>state</c> (settings, position and metrics as JSON). Values are float: a run of an
/// engine in double does not resume to the same bits. The file is complete or not there.
/// </remarks>
internal static class Checkpoint
{
    public const string Format = "robmask-checkpoint";
    public const string Version = "1";

    /// <summary>Writes a run.</summary>
    public static void Save(string path, TrainedNetwork network, Optimiser optimiser, CheckpointState state)
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("version", Version);
        writer.AddMetadata("network", network.Model.Graph.Name);
        writer.AddMetadata("state", SettingsJson.Write(state));
        foreach ((string name, Tensors.ITensor tensor) in Weights(network).Concat(optimiser.Buffers))
        {
            float[] values = new float[tensor.Shape.Length];
            network.Engine.Download(tensor, values);
            writer.Add<float>(name, tensor.Shape, values);
        }

        writer.Save(path);
    }

    /// <summary>Reads where a run stands.</summary>
    /// <exception cref="InvalidDataException">The file is not a checkpoint of this version.</exception>
    public static CheckpointState ReadState(string path)
    {
        using SafetensorsFile file = new(path);
        string format = file.Metadata.GetValueOrDefault("format", "none");
        string version = file.Metadata.GetValueOrDefault("version", "none");
        if (format != Format || version != Version)
        {
            throw new InvalidDataException($"{path}: metadata must say format {Format}, version {Version}; found format {format}, version {version}");
        }

        return file.Metadata.TryGetValue("state", out string? state)
            ? SettingsJson.Read<CheckpointState>(state, $"{path}: metadata «state»")
            : throw new InvalidDataException($"{path}: metadata have no «state»");
    }

    /// <summary>Reads parameters, statistics and, where both have one, the gate.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, superfluous in shape, or of another shape.</exception>
    public static void LoadWeights(string path, TrainedNetwork network)
    {
        using SafetensorsFile file = new(path);
        string architecture = file.Metadata.GetValueOrDefault("network", "unknown");
        if (architecture != network.Model.Graph.Name)
        {
            throw new InvalidDataException($"{path}: it is of network {architecture}, the network here is {network.Model.Graph.Name}");
        }

        Load(file, network.Engine, Weights(network));
    }

    /// <summary>Reads the momentum buffers.</summary>
    /// <exception cref="InvalidDataException">One is missing or of another shape.</exception>
    public static void LoadMomentum(string path, IEngine engine, Optimiser optimiser)
    {
        using SafetensorsFile file = new(path);
        Load(file, engine, optimiser.Buffers);
    }

    /// <summary>Checks that a checkpoint belongs to a run with these settings.</summary>
    /// <exception cref="InvalidDataException">It does not; the message names every setting that differs.</exception>
    public static void RequireSameRun(string path, TrainingSettings found, TrainingSettings wanted)
    {
        List<string> differences = [];
        Compare(string.Empty, JsonNode.Parse(SettingsJson.Write(found)), JsonNode.Parse(SettingsJson.Write(wanted)), differences);
        if (differences.Count > 0)
        {
            throw new InvalidDataException($"{path}: it is a checkpoint of another run: {string.Join("; ", differences)}");
        }
    }

    /// <summary>Parameters, running statistics and the gate by their names in a checkpoint.</summary>
    public static IEnumerable<(string Name, Tensors.ITensor Tensor)> Weights(TrainedNetwork network)
    {
        foreach (ModelParameter parameter in network.Model.Parameters)
        {
            yield return (parameter.Info.Name, parameter.Value);
        }

        foreach (ModelBuffer buffer in network.Model.Buffers)
        {
            yield return (buffer.Info.Name, buffer.Value);
        }

        foreach (ModelParameter parameter in network.Gate?.Model.Parameters ?? [])
        {
            yield return ("gate." + parameter.Info.Name, parameter.Value);
        }
    }

    /// <summary>Reads all tensors before the first is replaced, so that a bad file changes nothing.</summary>
    private static void Load(SafetensorsFile file, IEngine engine, IEnumerable<(string Name, Tensors.ITensor Tensor)> tensors)
    {
        List<(Tensors.ITensor Tensor, float[] Values)> read = [];
        foreach ((string name, Tensors.ITensor tensor) in tensors)
        {
            if (!file[name].Shape.Equals(tensor.Shape))
            {
                throw new InvalidDataException($"{file.Path}: tensor {name} at byte {file[name].Offset} has shape {file[name].Shape}, the network here needs {tensor.Shape}");
            }

            float[] values = new float[tensor.Shape.Length];
            file.Read(name, values);
            read.Add((tensor, values));
        }

        foreach ((Tensors.ITensor tensor, float[] values) in read)
        {
            engine.Upload(values, tensor);
        }
    }

    private static void Compare(string path, JsonNode? found, JsonNode? wanted, List<string> differences)
    {
        if (found is JsonObject left && wanted is JsonObject right)
        {
            foreach (string name in left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key)))
            {
                Compare(path.Length == 0 ? name : $"{path}.{name}", left[name], right[name], differences);
            }
        }
        else if (!JsonNode.DeepEquals(found, wanted))
        {
            differences.Add($"{path} is {found?.ToJsonString() ?? "null"} there and {wanted?.ToJsonString() ?? "null"} here");
        }
    }
}

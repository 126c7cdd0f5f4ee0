using RobMask.Checkpoints;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Experiments.Suite;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Networks;

/// <summary>A <see cref="NetworkPass"/> as an operation, so that names, types and shapes are checked like those of any other.</summary>
internal sealed class NetworkOperation : Operation
{
    private readonly NetworkPass _pass;

    public NetworkOperation(NetworkPass pass)
        : base(pass.Backward ? "net backward" : "net forward", "a pass through a whole network")
    {
        _pass = pass;
        Inputs =
        [
            new("input", "[N, …]"),
            new("target", "[N]", InputKind.Labels, Optional: !pass.Backward),
            new("coefficients", "[N, k]", Optional: true),
        ];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        if (input.Shape[0] == 0)
        {
            throw new ArgumentException($"{Name}: input is {input.Shape}; expected at least one image");
        }

        using ManagedEngine<T> engine = new();
        using NetworkFile file = NetworkFile.Load(engine, _pass.ModelPath, Described(_pass.ModelPath, input.Shape));
        DeployedNetwork network = _pass.Deploy(file);
        NetworkOutputs.Run(call, network.Model, network.Mask, new ForwardOptions(network.Mask)
        {
            StatisticsSet = network.StatisticsSet,
            BatchStatistics = _pass.BatchStatistics,
            KeepForBackward = _pass.Backward,
        });
    }

    /// <summary>For a file that is no checkpoint: its metadata describe the layers, the images the input.</summary>
    private static NetworkSettings Described(string modelPath, TensorShape input)
    {
        using SafetensorsFile file = new(modelPath);
        string? layers = file.Metadata.GetValueOrDefault("network");
        return new NetworkSettings
        {
            Name = string.Empty,
            Channels = input.Rank > 1 ? input[1] : 1,
            Height = input.Rank > 2 ? input[2] : 1,
            Width = input.Rank > 3 ? input[3] : 1,
            Classes = layers is null || file.Metadata.ContainsKey("format") ? 2 : SequentialNetwork.Classes(layers),
        };
    }
}

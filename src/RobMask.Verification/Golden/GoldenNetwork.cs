using System.Numerics;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Golden;

/// <summary>A network whose parameters and running statistics come as the inputs «param.NAME» and «buffer.NAME».</summary>
internal static class GoldenNetwork
{
    public static NetworkGraph Graph(IReadOnlyDictionary<string, string> attributes) =>
        NetworkCatalog.Create(SettingsJson.Read<NetworkSettings>(attributes.GetValueOrDefault("network") ?? string.Empty, "attribute network"));

    /// <summary>Their extents are compared with the network's own when they are loaded.</summary>
    public static IEnumerable<OperationInput> Inputs(NetworkGraph graph) =>
    [
        .. graph.Parameters.Select(parameter => new OperationInput("param." + parameter.Name, "[…]")),
        .. graph.Buffers.Select(buffer => new OperationInput("buffer." + buffer.Name, "[…]")),
    ];

    public static IModel Load<T>(ManagedEngine<T> engine, NetworkGraph graph, OperationCall<T> call)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IModel model = engine.CreateModel(graph);
        foreach (ModelParameter parameter in model.Parameters)
        {
            Fill("param." + parameter.Info.Name, parameter.Value);
        }

        foreach (ModelBuffer buffer in model.Buffers)
        {
            Fill("buffer." + buffer.Info.Name, buffer.Value);
        }

        return model;

        void Fill(string name, ITensor value)
        {
            if (!call.Input(name).Shape.Equals(value.Shape))
            {
                throw new ArgumentException($"golden: {name} is {call.Input(name).Shape}; expected {value.Shape}");
            }

            engine.Copy(call.Input(name), value);
        }
    }
}

using RobMask.Networks;

namespace RobMask.Cli.Options;

/// <summary>The options that choose a network.</summary>
internal static class NetworkOptions
{
    public static OptionSet<NetworkSettings> Create() => new OptionSet<NetworkSettings>("Network")
        .Add("--network", "NAME", $"{string.Join(", ", NetworkCatalog.Names)} (default cnn)", Values.Name(NetworkCatalog.Names), (s, v) => s with { Name = v })
        .Add("--depth", "N", "blocks of cnn, layers of wide_resnet (6n + 4)", Values.Whole(1), (s, v) => s with { Depth = v })
        .Add("--width", "N", "first channels of cnn, factor of wide_resnet, group width of resnext29", Values.Whole(1), (s, v) => s with { WidthFactor = v })
        .Add("--cardinality", "N", "groups of resnext29 (default 32)", Values.Whole(1), (s, v) => s with { Cardinality = v })
        .Add("--layers", "TEXT", "the layers of --network sequential", Values.Text, (s, v) => s with { Layers = v })
        .Add("--mean", "LIST", "mean of each channel, subtracted inside the network", Values.List(Values.Finite), (s, v) => s with { Mean = v })
        .Add("--std", "LIST", "standard deviation of each channel, divided by inside the network", Values.List(Values.Positive), (s, v) => s with { StandardDeviation = v });
}

using RobMask.Networks;

namespace RobMask.Cli.Options;

/// <summary>The options that choose a network.</summary>
internal static class NetworkOptions
{
    /// <summary>Which networks an option is for; null where it is for all.</summary>
    public static string? Reason(string option, string network)
    {
        string[]? networks = option switch
        {
            "--depth" => ["cnn", "wide_resnet"],
            "--width" => ["cnn", "wide_resnet", "resnext29"],
            "--cardinality" => ["resnext29"],
            "--layers" => ["sequential"],
            _ => null,
        };
        return networks is null || networks.Contains(network) ? null : $"it is for {string.Join(", ", networks)}";
    }

    public static OptionSet<NetworkSettings> Create() => new OptionSet<NetworkSettings>("Network")
        .Add("--network", "NAME", $"{string.Join(", ", NetworkCatalog.Names)} (default cnn)", Values.Name(NetworkCatalog.Names), (s, v) => s with { Name = v })
        .Add("--depth", "N", "blocks of cnn (default 4), layers of wide_resnet, 6n + 4 (default 28)", Values.Whole(1), (s, v) => s with { Depth = v })
        .Add("--width", "N", "first channels of cnn (default 16, in demo 8), factor of wide_resnet (default 10), group width of resnext29 (default 4)", Values.Whole(1), (s, v) => s with { WidthFactor = v })
        .Add("--cardinality", "N", "groups of resnext29 (default 32)", Values.Whole(1), (s, v) => s with { Cardinality = v })
        .Add("--layers", "TEXT", "the layers of --network sequential", Values.Text, (s, v) => s with { Layers = v })
        .Add("--mean", "LIST", "mean of each channel, subtracted inside the network", Values.List(Values.Finite), (s, v) => s with { Mean = v })
        .Add("--std", "LIST", "standard deviation of each channel, divided by inside the network", Values.List(Values.Positive), (s, v) => s with { StandardDeviation = v });
}

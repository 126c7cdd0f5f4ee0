using RobMask.Tensors;

namespace RobMask.Networks;

/// <summary>The networks by name.</summary>
public static class NetworkCatalog
{
    private const int MaximumExtent = 1 << 16;

    /// <summary>Every name that <see cref="Create"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["linear", "masked_linear", "cnn", "preact_resnet18", "wide_resnet", "resnext29", "resnet50", "sequential"];

    /// <summary>Builds the network that the settings describe.</summary>
    /// <exception cref="ArgumentException">The name is unknown, or a setting is out of range.</exception>
    public static NetworkGraph Create(NetworkSettings settings)
    {
        if (settings.Classes < 1)
        {
            throw new ArgumentException($"network: {settings.Classes} classes; at least 1 is needed");
        }

        RequireExtent("depth", settings.Depth);
        RequireExtent("width", settings.WidthFactor);
        RequireExtent("cardinality", settings.Cardinality);
        RequireExtent("cardinality times width", (long?)settings.Cardinality * settings.WidthFactor);
        TensorShape image = new(settings.Channels, settings.Height, settings.Width);
        if (image.Length == 0)
        {
            throw new ArgumentException($"network: images {image} have no pixels");
        }

        GraphBuilder builder = new(image, settings.MaskCount, settings.StatisticsSets);
        if (settings.Mean is not null || settings.StandardDeviation is not null)
        {
            builder.Standardise(0, settings.Mean ?? new float[settings.Channels], settings.StandardDeviation ?? [.. Enumerable.Repeat(1f, settings.Channels)]);
        }

        switch (settings.Name)
        {
            case "linear":
                builder.Linear(builder.Flatten(builder.Last), "fc", settings.Classes);
                break;
            case "masked_linear":
                builder.Linear(builder.Flatten(builder.BatchNorm(builder.Last, "bn")), "fc", settings.Classes, bias: false);
                break;
            case "cnn":
                SmallCnn.Build(builder, settings.Depth ?? 4, settings.WidthFactor ?? 16, settings.Classes);
                break;
            case "preact_resnet18":
                PreActResNet18.Build(builder, settings.Classes);
                break;
            case "wide_resnet":
                WideResNet.Build(builder, settings.Depth ?? 28, settings.WidthFactor ?? 10, settings.Classes);
                break;
            case "resnext29":
                ResNeXt29.Build(builder, settings.Cardinality ?? 32, settings.WidthFactor ?? 4, settings.Classes);
                break;
            case "resnet50":
                ResNet50.Build(builder, settings.Classes);
                break;
            case "sequential":
                SequentialNetwork.Build(builder, settings.Layers ?? throw new ArgumentException("network: sequential needs its layers, for example \"flatten linear(64,10)\""));
                break;
            default:
                throw new ArgumentException($"network: «{settings.Name}» is unknown; known are {string.Join(", ", Names)}");
        }

        TensorShape output = builder.ShapeOf(builder.Last);
        if (output.Rank != 1 || output[0] != settings.Classes)
        {
            throw new ArgumentException($"network: the output {output} is not [{settings.Classes}], one logit a class");
        }

        return builder.Build(Describe(settings));
    }

    // Far above any network that was ever trained, and low enough that no product of a builder leaves the range of an int.
    private static void RequireExtent(string what, long? value)
    {
        if (value is < 1 or > MaximumExtent)
        {
            throw new ArgumentException($"network: {what} {value}; it must be 1 to {MaximumExtent}");
        }
    }

    private static string Describe(NetworkSettings settings) => settings.Name switch
    {
        "cnn" => $"cnn-{settings.Depth ?? 4}-{settings.WidthFactor ?? 16}",
        "wide_resnet" => $"wide_resnet-{settings.Depth ?? 28}-{settings.WidthFactor ?? 10}",
        "resnext29" => $"resnext29-{settings.Cardinality ?? 32}x{settings.WidthFactor ?? 4}d",
        _ => settings.Name,
    };
}

using RobMask.Data;

namespace RobMask.Cli.Options;

/// <summary>Which images.</summary>
internal sealed record DataChoice
{
    public string Name { get; init; } = "shapes";

    public DatasetOptions Options { get; init; } = new();

    public static OptionSet<DataChoice> Create() => new OptionSet<DataChoice>("Data")
        .Add("--data", "NAME|PATH", $"{string.Join(", ", DatasetCatalog.Names)}; or a folder or zip: CIFAR, MNIST, optdigits files, or images as split/class/file (default shapes)", Values.Text, (s, v) => s with { Name = v })
        .Add("--data-dir", "FOLDER", $"where named data sets lie (default: {DatasetCatalog.FolderVariable}, then ../shared/data); not kept with a run, so eval needs it again", Values.Text, (s, v) => s with { Options = s.Options with { DataFolder = v } })
        .Add("--train-images", "N", "use so many training images, balanced over the classes", Values.Whole(1), (s, v) => s with { Options = s.Options with { TrainCount = v } })
        .Add("--test-images", "N", "use so many test images, balanced over the classes", Values.Whole(1), (s, v) => s with { Options = s.Options with { TestCount = v } })
        .AddSwitch("--coarse-labels", "cifar100: the 20 coarse classes", (s, v) => s with { Options = s.Options with { CoarseLabels = v } })
        .Add("--image-size", "N", "shapes: rows and columns, 16 or 32 (default 32); imagenet (default 224) and folders: read images of any sizes when they are needed, and make them N×N", Values.Whole(1), (s, v) => s.Name == "shapes" ? Shapes(s, s.Options.Shapes with { Size = v }) : s with { Options = s.Options with { ImageSize = v } })
        .Add("--classes", "N", "shapes: classes, 2 to 10 (default 4)", Values.Whole(2), (s, v) => Shapes(s, s.Options.Shapes with { Classes = v }))
        .Add("--shape-probability", "PART", "shapes: how often the bold shape is right (default 0.85)", Values.Part, (s, v) => Shapes(s, s.Options.Shapes with { ShapeProbability = Math.Round(v, 6) }))
        .Add("--pattern", "N", "shapes: amplitude of the faint pattern in 255ths (default 4)", Values.Whole(0), (s, v) => Shapes(s, s.Options.Shapes with { PatternAmplitude = v }))
        .Add("--noise", "N", "shapes: greatest noise in 255ths (default 8)", Values.Whole(0), (s, v) => Shapes(s, s.Options.Shapes with { Noise = v }));

    /// <summary>Which data an option is for; null where it is for these.</summary>
    public static string? Reason(string option, string data) => option switch
    {
        "--image-size" when DatasetCatalog.Names.Contains(data) && data is not ("shapes" or "imagenet") => "it is for shapes, imagenet and folders of images",
        "--classes" or "--shape-probability" or "--pattern" or "--noise" when data != "shapes" => "it is for shapes",
        "--coarse-labels" when DatasetCatalog.Names.Contains(data) && data != "cifar100" => "it is for cifar100",
        "--data-dir" when data is "shapes" or "gaussian" => "they are drawn, not read",
        _ => null,
    };

    private static DataChoice Shapes(DataChoice choice, ShapesOptions shapes) => choice with { Options = choice.Options with { Shapes = shapes } };
}

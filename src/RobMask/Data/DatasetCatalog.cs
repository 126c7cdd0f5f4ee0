namespace RobMask.Data;

/// <summary>Finds a data set by its name or by a path.</summary>
/// <remarks>
/// <c>shapes</c> and <c>gaussian</c> are drawn. <c>optdigits</c>, <c>mnist</c>, <c>cifar10</c>, <c>cifar100</c>
/// and <c>imagenet</c> are looked for in the data folder: <see cref="DatasetOptions.DataFolder"/>, else the environment variable REFERENCE_DATA,
/// else <c>../shared/data</c> of the current folder. Anything else is the path of a folder or zip: a folder of CIFAR,
/// MNIST or optdigits files is recognised by their names, and everything else must be images in split/class/file layout:
/// of one size and held in memory, or, with <see cref="DatasetOptions.ImageSize"/>, of any sizes and decoded when needed.
/// </remarks>
public static class DatasetCatalog
{
    /// <summary>The environment variable that names the data folder.</summary>
    public const string FolderVariable = "REFERENCE_DATA";

    /// <summary>The names that need no path.</summary>
    public static IReadOnlyList<string> Names { get; } = ["shapes", "gaussian", "optdigits", "mnist", "cifar10", "cifar100", "imagenet"];

    /// <summary>Loads a data set.</summary>
    /// <exception cref="InvalidDataException">Nothing is found under the name, or a file is malformed.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static DatasetPair Load(string nameOrPath, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        options ??= new DatasetOptions();
        switch (nameOrPath)
        {
            case "shapes":
                return ShapesGenerator.Create(options.Shapes with
                {
                    TrainCount = options.TrainCount ?? options.Shapes.TrainCount,
                    TestCount = options.TestCount ?? options.Shapes.TestCount,
                });
            case "gaussian":
                return GaussianGenerator.Create(options.Gaussian with
                {
                    TrainCount = options.TrainCount ?? options.Gaussian.TrainCount,
                    TestCount = options.TestCount ?? options.Gaussian.TestCount,
                });
            default:
                DatasetPair pair = Names.Contains(nameOrPath) ? LoadNamed(nameOrPath, options) : LoadPath(nameOrPath, options);
                return pair.Take(options.TrainCount, options.TestCount);
        }
    }

    private static DatasetPair LoadNamed(string name, DatasetOptions options)
    {
        string[] places = name switch
        {
            "cifar10" => ["cifar-10-batches-bin", "cifar10/cifar-10-batches-bin", "cifar10", "cifar10-mini/cifar-10-batches-bin"],
            "cifar100" => ["cifar-100-binary", "cifar100/cifar-100-binary", "cifar100"],
            "imagenet" => ["imagenet", "imagenet2012", "ILSVRC2012"],
            _ => [name, "."],
        };
        List<string> tried = [];
        foreach (string place in places)
        {
            string folder = Path.GetFullPath(Path.Combine(DataFolder(options), place));
            if (name == "imagenet" ? ImageFolder.Found(folder) : KindOf(folder) == name)
            {
                return LoadKind(name, folder, options);
            }

            tried.Add(folder);
        }

        throw new InvalidDataException($"{name}: no files found; looked in {string.Join(", ", tried)}; name the folder with --data-dir or {FolderVariable}");
    }

    private static DatasetPair LoadPath(string path, DatasetOptions options)
    {
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            throw new InvalidDataException($"{path}: neither a file or folder nor one of the data sets {string.Join(", ", Names)}");
        }

        string[] inside = ["cifar-10-batches-bin", "cifar-100-binary"];
        foreach (string folder in inside.Select(name => Path.Combine(path, name)).Prepend(path))
        {
            if (KindOf(folder) is string kind)
            {
                return options.ImageSize is null ? LoadKind(kind, folder, options) : throw new ArgumentException($"data {path}: an image size was given, and {kind} has its own; it is for shapes and for folders of images");
            }
        }

        return options.ImageSize is int size ? ImageFolder.Load(path, size) : ImageFiles.Load(path);
    }

    private static string DataFolder(DatasetOptions options)
    {
        string? variable = Environment.GetEnvironmentVariable(FolderVariable);
        return options.DataFolder ?? (string.IsNullOrEmpty(variable) ? Path.Combine("..", "shared", "data") : variable);
    }

    private static string? KindOf(string folder) =>
        Has(folder, "data_batch_1.bin") || Has(folder, "test_batch.bin") ? "cifar10"
        : Has(folder, "train.bin") || Has(folder, "test.bin") ? "cifar100"
        : Has(folder, "optdigits.tra") || Has(folder, "optdigits.tes") ? "optdigits"
        : MnistFiles.Found(folder) ? "mnist"
        : null;

    private static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static DatasetPair LoadKind(string kind, string folder, DatasetOptions options) => kind switch
    {
        "cifar10" => CifarFiles.LoadCifar10(folder),
        "cifar100" => CifarFiles.LoadCifar100(folder, options.CoarseLabels),
        "optdigits" => OptDigitsFiles.Load(folder),
        "imagenet" => ImageFolder.Load(folder, options.ImageSize ?? ImageFolder.UsualSize),
        _ => MnistFiles.Load(folder),
    };
}

namespace RobMask.Data;

/// <summary>A folder of PNG and JPEG images of any sizes, as <c>train/class/file</c> and <c>val/class/file</c>: ImageNet's layout.</summary>
/// <remarks>
/// Files are listed once and decoded when they are needed, on all workers; nothing else is kept. Classes are the folders'
/// names and files their names within, both sorted by ordinal comparison, as torchvision's <c>ImageFolder</c> sorts them, so that image
/// i is the same there; both splits must have the same classes. The test half is <c>val</c>, or <c>test</c> where there is no
/// <c>val</c>. Names that begin with a dot are passed over.
/// </remarks>
public static class ImageFolder
{
    /// <summary>The rows and columns that networks for ImageNet are usually given.</summary>
    public const int UsualSize = 224;

    /// <summary>The most rows and columns that images are made.</summary>
    public const int LargestSize = 1024;

    private static readonly string[] _testNames = ["val", "test"];

    /// <summary>Lists a folder; one of the halves may be missing.</summary>
    /// <param name="path">The folder that holds <c>train</c> and <c>val</c> or <c>test</c>.</param>
    /// <param name="size">The rows and columns that images are made.</param>
    /// <exception cref="ArgumentException">The size is out of range.</exception>
    /// <exception cref="InvalidDataException">There is no such folder, a class folder is empty or holds something else, or classes differ.</exception>
    public static DatasetPair Load(string path, int size)
    {
        if (size is < 1 or > LargestSize)
        {
            throw new ArgumentException($"data {path}: images of {size}×{size} pixels; 1 to {LargestSize} are possible", nameof(size));
        }

        if (!Directory.Exists(path))
        {
            throw BadFile.Of(path, "with an image size, data are a folder of images; unpack a zip first");
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        ImageFolderDataset? train = Half(path, "train", name, size);
        ImageFolderDataset? test = _testNames.Where(split => Directory.Exists(Path.Combine(path, split))).Select(split => Half(path, split, name, size)).FirstOrDefault();
        if (train is null && test is null)
        {
            throw BadFile.Of(path, "images must lie in train/<class>/ and val/<class>/ (or test/<class>/), found none of the three");
        }

        RequireSameClasses(path, train, test);
        return new DatasetPair(train, test, $"{path} has no such folder");
    }

    /// <summary>Whether a folder has this layout.</summary>
    internal static bool Found(string path) => _testNames.Prepend("train").Any(split => Directory.Exists(Path.Combine(path, split)));

    private static ImageFolderDataset? Half(string path, string split, string name, int size)
    {
        string folder = Path.Combine(path, split);
        return Directory.Exists(folder) ? new ImageFolderDataset(name, new ImageFolderListing(folder), size) : null;
    }

    private static void RequireSameClasses(string path, ImageFolderDataset? train, ImageFolderDataset? test)
    {
        if (train is null || test is null)
        {
            return;
        }

        string[] only = [.. train.ClassNames.Except(test.ClassNames).Select(name => $"{name} (training only)"), .. test.ClassNames.Except(train.ClassNames).Select(name => $"{name} (test only)")];
        if (only.Length > 0)
        {
            throw BadFile.Of(path, $"training and test images must have the same classes; {only.Length} differ: {string.Join(", ", only.Take(3))}{(only.Length > 3 ? ", …" : string.Empty)}");
        }
    }
}

using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>MNIST, or any set of grey images of 10 classes under MNIST's file names.</summary>
public static class MnistFiles
{
    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>Loads the train- and t10k- files of a folder, gzip-compressed or not; one half may be missing.</summary>
    /// <exception cref="InvalidDataException">No half is there, or a file is missing from a half or malformed.</exception>
    public static DatasetPair Load(string folder)
    {
        ByteDataset? train = Split(folder, "train");
        ByteDataset? test = Split(folder, "t10k");
        return train is null && test is null
            ? throw BadFile.Of(folder, "holds no MNIST files: neither train-images-idx3-ubyte nor t10k-images-idx3-ubyte, with or without .gz")
            : new DatasetPair(train, test, $"{folder} has no such files") { SuggestedEpsilon = 0.3f };
    }

    /// <summary>Whether a folder holds MNIST's image files.</summary>
    internal static bool Found(string folder) => Find(folder, "train-images", 3) is not null || Find(folder, "t10k-images", 3) is not null;

    private static ByteDataset? Split(string folder, string prefix)
    {
        string? imageFile = Find(folder, prefix + "-images", 3);
        string? labelFile = Find(folder, prefix + "-labels", 1);
        if (imageFile is null && labelFile is null)
        {
            return null;
        }

        if (imageFile is null || labelFile is null)
        {
            throw BadFile.Of(imageFile ?? labelFile!, $"has no {(imageFile is null ? "images" : "labels")} file beside it");
        }

        (int[] extents, byte[] pixels) = IdxFile.Read(imageFile, 3);
        (int[] labelExtents, byte[] labels) = IdxFile.Read(labelFile, 1);
        if (labelExtents[0] != extents[0])
        {
            throw BadFile.At(labelFile, 4, $"must have as many labels as {Path.GetFileName(imageFile)} has images, {extents[0]}, found {labelExtents[0]}");
        }

        int wrong = labels.AsSpan().IndexOfAnyInRange((byte)Digits.Length, byte.MaxValue);
        return wrong < 0
            ? new ByteDataset("mnist", new TensorShape(1, extents[1], extents[2]), pixels, labels, Digits)
            : throw BadFile.At(labelFile, 8 + wrong, $"a label must be 0 to {Digits.Length - 1}, found {labels[wrong]}");
    }

    private static string? Find(string folder, string stem, int rank)
    {
        string[] endings = [$"-idx{rank}-ubyte", $"-idx{rank}-ubyte.gz", $".idx{rank}-ubyte", $".idx{rank}-ubyte.gz"];
        return endings.Select(ending => Path.Combine(folder, stem + ending)).FirstOrDefault(File.Exists);
    }
}

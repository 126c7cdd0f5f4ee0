using RobMask.Data;
using RobMask.Tensors;
using RobMask.Verification.Files;

namespace RobMask.Cli.Verbs;

/// <summary>Batches of images from a file of tensors: «input» [B, N, C, H, W] or [N, C, H, W], «target» [B, N] or [N].</summary>
internal sealed class BatchFile
{
    private readonly float[] _pixels;
    private readonly int[] _labels;

    private BatchFile(string path, TensorShape image, int images, float[] pixels, int[] labels)
    {
        Path = path;
        ImageShape = image;
        Images = images;
        _pixels = pixels;
        _labels = labels;
    }

    public string Path { get; }

    /// <summary>[C, H, W].</summary>
    public TensorShape ImageShape { get; }

    /// <summary>N, the images of a batch.</summary>
    public int Images { get; }

    /// <summary>B.</summary>
    public int Count => _labels.Length / Images;

    /// <summary>The least number of classes that the labels fit.</summary>
    public int Classes => Math.Max(2, _labels.Max() + 1);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, or of a wrong type or shape.</exception>
    public static BatchFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: there is no such file");
        }

        using ITensorFile file = TensorFile.Open(path);
        DenseTensor<float> input = Load(file, "input", "F32 [B, N, C, H, W] or [N, C, H, W]") as DenseTensor<float>
            ?? throw new InvalidDataException($"{path}: input is not F32");
        ITensor target = Load(file, "target", "I64 or I32 [B, N] or [N]");
        int[] labels = target switch
        {
            DenseTensor<int> narrow => narrow.Span.ToArray(),
            DenseTensor<long> wide => [.. wide.Span.ToArray().Select((label, i) => label is >= 0 and < int.MaxValue ? (int)label : throw new InvalidDataException($"{path}: target holds {label} at {i}; expected a class from 0"))],
            _ => throw new InvalidDataException($"{path}: target is {TensorFile.TypeOf(target)}; expected I64 or I32"),
        };
        bool many = input.Shape.Rank == 5;
        int leading = many ? 2 : 1;
        if (input.Shape.Rank is not (4 or 5) || input.Length == 0 || !target.Shape.Equals(new TensorShape(input.Shape.Extents[..leading])))
        {
            throw new InvalidDataException($"{path}: input is {input.Shape}, target {target.Shape}; expected [B, N, C, H, W] and [B, N], or [N, C, H, W] and [N], not empty");
        }

        return labels.Min() >= 0
            ? new BatchFile(path, new TensorShape(input.Shape.Extents[leading..]), input.Shape[leading - 1], input.Span.ToArray(), labels)
            : throw new InvalidDataException($"{path}: target holds {labels.Min()}; expected classes from 0");
    }

    /// <summary>The pixels of batch b.</summary>
    public ReadOnlySpan<float> Pixels(int b) => _pixels.AsSpan(b * Images * ImageShape.Length, Images * ImageShape.Length);

    /// <summary>The labels of batch b.</summary>
    public ReadOnlySpan<int> Labels(int b) => _labels.AsSpan(b * Images, Images);

    /// <summary>All images as data, for training and test.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="InvalidDataException">A label is none of the classes, or a pixel is not finite.</exception>
    public DatasetPair Data(int classes)
    {
        // Pixels outside [0, 1] are points, not images: no box is kept then.
        bool bounded = Array.TrueForAll(_pixels, pixel => pixel is >= 0 and <= 1);
        try
        {
            FloatDataset images = new(System.IO.Path.GetFileName(Path), ImageShape, _pixels, _labels, [.. Enumerable.Range(0, classes).Select(c => $"{c}")], bounded);
            return new DatasetPair(images, images);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{Path}: {error.Message}", error);
        }
    }

    private static ITensor Load(ITensorFile file, string name, string expected) => file.Entries.Any(entry => entry.Name == name)
        ? file.Load(name)
        : throw new InvalidDataException($"{file.Path}: there is no tensor {name}; expected {expected}");
}

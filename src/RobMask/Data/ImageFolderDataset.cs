using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Images of any sizes that are decoded when they are needed and made [3, size, size].</summary>
/// <remarks>
/// For evaluation the shorter side becomes round(size·8/7) (256 for 224), the longer one ⌊that·longer/shorter⌋, and the
/// middle is cut out; for training <see cref="CropWindow.Random"/> is made size×size. Both by <see cref="BilinearResampler"/>; pixels are
/// bytes / 255. Grey becomes three equal planes; CMYK is converted by the decoder; alpha is ignored.
/// </remarks>
internal sealed class ImageFolderDataset : Dataset
{
    // Each thread decodes with buffers of its own.
    [ThreadStatic]
    private static BilinearResampler? _resampler;

    private readonly ImageFolderListing _listing;
    private readonly int _size;

    public ImageFolderDataset(string name, ImageFolderListing listing, int size)
    {
        Name = name;
        _listing = listing;
        _size = size;
        ImageShape = new TensorShape(3, size, size);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count => _listing.Count;

    /// <inheritdoc/>
    public override TensorShape ImageShape { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => _listing.ClassNames;

    /// <inheritdoc/>
    public override bool SortedByClass => true;

    /// <inheritdoc/>
    public override bool HasOriginals => true;

    /// <inheritdoc/>
    public override int Label(int index) => _listing.Label(index);

    /// <inheritdoc/>
    public override void CopyImage(int index, Span<float> destination)
    {
        DecodedImage image = Decode(index);
        int shorter = (int)Math.Round(_size * 8 / 7.0);
        (int height, int width) = image.Height <= image.Width
            ? (shorter, (int)((long)shorter * image.Width / image.Height))
            : ((int)((long)shorter * image.Height / image.Width), shorter);
        Resampler.Resample(image, CropWindow.Whole(image.Height, image.Width), height, width, CropWindow.Central(height, width, _size, _size), flip: false, destination);
    }

    /// <inheritdoc/>
    public override void CopyAugmented(int index, Augmentation augmentation, PhiloxKey key, int draw, Span<float> scratch, Span<float> destination)
    {
        if (!augmentation.ResizedCrop)
        {
            base.CopyAugmented(index, augmentation, key, draw, scratch, destination);
            return;
        }

        DecodedImage image = Decode(index);
        PhiloxStream stream = new(key);
        CropWindow part = CropWindow.Random(stream, draw, image.Height, image.Width);
        Resampler.Resample(image, part, _size, _size, CropWindow.Whole(_size, _size), augmentation.Flip && CropWindow.Flips(stream, draw), destination);
    }

    private static BilinearResampler Resampler => _resampler ??= new BilinearResampler();

    private DecodedImage Decode(int index)
    {
        string path = _listing.PathOf(index);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (stream.Length > ImageDecoder.LargestFile)
        {
            throw BadFile.Of(path, $"an image file may have {ImageDecoder.LargestFile} bytes, found {stream.Length}");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return ImageDecoder.Decode(path, bytes, ImageLimits.Decoded);
    }
}

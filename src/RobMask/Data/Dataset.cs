using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Images with class labels, in host memory, row-major [C, H, W], every pixel in [0, 1].</summary>
/// <remarks>
/// Pixels are kept as bytes where the source had bytes (the value is byte / 255, one rounding) and as float otherwise.
/// <c>gaussian</c> data are not images: <see cref="Bounded"/> is false and pixels may be any finite number.
/// </remarks>
public abstract class Dataset
{
    /// <summary>What the data are called in reports.</summary>
    public abstract string Name { get; }

    /// <summary>The number of images.</summary>
    public abstract int Count { get; }

    /// <summary>The extents of one image, [C, H, W].</summary>
    public abstract TensorShape ImageShape { get; }

    /// <summary>The names of the classes; their number is the number of classes.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>True where every pixel lies in [0, 1].</summary>
    public virtual bool Bounded => true;

    /// <summary>The label of an image, 0 ≤ label &lt; <see cref="ClassNames"/>.Count.</summary>
    public abstract int Label(int index);

    /// <summary>
    /// True where images come one class after the other, in great number: whoever needs a few that stand for all takes
    /// them from every class (<see cref="SubsetDataset.Interleaved"/>).
    /// </summary>
    public virtual bool SortedByClass => false;

    /// <summary>True where images have originals of other sizes, which a resized crop is taken from.</summary>
    public virtual bool HasOriginals => false;

    /// <summary>The bytes behind the images, where they are nothing else; null elsewhere.</summary>
    internal virtual ByteDataset? Bytes => null;

    /// <summary>The place of an image in <see cref="Bytes"/>.</summary>
    internal virtual int ByteIndex(int index) => index;

    /// <summary>Writes the pixels of an image.</summary>
    public abstract void CopyImage(int index, Span<float> destination);

    /// <summary>Writes the pixels of an image as training sees it.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="augmentation">What is done to it.</param>
    /// <param name="key">The random numbers: stream <see cref="PhiloxStreams.Augmentation"/>, the epoch as step.</param>
    /// <param name="draw">The image's number in the data set that is dealt out, which names its draws.</param>
    /// <param name="scratch">As many elements as an image.</param>
    /// <param name="destination">Receives the pixels.</param>
    /// <exception cref="ArgumentException">The augmentation is a resized crop, and there are no originals.</exception>
    public virtual void CopyAugmented(int index, Augmentation augmentation, PhiloxKey key, int draw, Span<float> scratch, Span<float> destination)
    {
        augmentation.RequireFor(this);
        CopyImage(index, scratch);
        augmentation.Apply(key, draw, ImageShape, scratch, destination);
    }
}

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

    /// <summary>Writes the pixels of an image.</summary>
    public abstract void CopyImage(int index, Span<float> destination);
}

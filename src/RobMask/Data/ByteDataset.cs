using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Images whose pixels came as bytes: pixel = byte / divisor, one rounding.</summary>
public sealed class ByteDataset : Dataset
{
    private readonly byte[] _pixels;
    private readonly byte[] _labels;
    private readonly float[] _values = new float[256];

    /// <summary>Makes a data set around <paramref name="pixels"/> and <paramref name="labels"/>, which it keeps.</summary>
    /// <param name="name">What the data are called.</param>
    /// <param name="imageShape">[C, H, W].</param>
    /// <param name="pixels">Image after image, row-major [C, H, W].</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="classNames">The names of the classes.</param>
    /// <param name="divisor">The byte that stands for 1.</param>
    /// <exception cref="ArgumentException">The lengths disagree, or a label or a pixel is out of range.</exception>
    public ByteDataset(string name, TensorShape imageShape, byte[] pixels, byte[] labels, IReadOnlyList<string> classNames, byte divisor = 255)
    {
        if (imageShape.Rank != 3 || (long)labels.Length * imageShape.Length != pixels.Length)
        {
            throw new ArgumentException($"{name}: {pixels.Length} bytes are not {labels.Length} images of {imageShape}", nameof(pixels));
        }

        int wrongLabel = classNames.Count > 255 ? -1 : labels.AsSpan().IndexOfAnyInRange((byte)classNames.Count, byte.MaxValue);
        if (wrongLabel >= 0)
        {
            throw new ArgumentException($"{name}: label {labels[wrongLabel]} of image {wrongLabel} is not below {classNames.Count}", nameof(labels));
        }

        int wrongPixel = divisor == 255 ? -1 : pixels.AsSpan().IndexOfAnyInRange((byte)(divisor + 1), byte.MaxValue);
        if (wrongPixel >= 0)
        {
            throw new ArgumentException($"{name}: pixel {pixels[wrongPixel]} of image {wrongPixel / imageShape.Length} is above {divisor}", nameof(pixels));
        }

        Name = name;
        ImageShape = imageShape;
        ClassNames = classNames;
        _pixels = pixels;
        _labels = labels;
        for (int value = 0; value <= divisor; value++)
        {
            _values[value] = (float)value / divisor;
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count => _labels.Length;

    /// <inheritdoc/>
    public override TensorShape ImageShape { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    internal override ByteDataset? Bytes => this;

    /// <summary>The value of each byte.</summary>
    internal ReadOnlySpan<float> Values => _values;

    /// <inheritdoc/>
    public override int Label(int index) => _labels[index];

    /// <summary>The bytes of an image.</summary>
    public ReadOnlySpan<byte> Pixels(int index) => _pixels.AsSpan(index * ImageShape.Length, ImageShape.Length);

    /// <inheritdoc/>
    public override void CopyImage(int index, Span<float> destination)
    {
        ReadOnlySpan<byte> pixels = Pixels(index);
        if (destination.Length != pixels.Length)
        {
            throw new ArgumentException($"{Name}: an image has {pixels.Length} pixels, the destination {destination.Length}", nameof(destination));
        }

        float[] values = _values;
        for (int i = 0; i < pixels.Length; i++)
        {
            destination[i] = values[pixels[i]];
        }
    }
}

using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Points or images whose elements are floats.</summary>
public sealed class FloatDataset : Dataset
{
    private readonly float[] _elements;
    private readonly int[] _labels;

    /// <summary>Makes a data set around <paramref name="elements"/> and <paramref name="labels"/>, which it keeps.</summary>
    /// <param name="name">What the data are called.</param>
    /// <param name="imageShape">[C, H, W].</param>
    /// <param name="elements">Image after image, row-major.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="classNames">The names of the classes.</param>
    /// <param name="bounded">Whether every element must lie in [0, 1]; else it must be finite.</param>
    /// <exception cref="ArgumentException">The lengths disagree, or a label or an element is out of range.</exception>
    public FloatDataset(string name, TensorShape imageShape, float[] elements, int[] labels, IReadOnlyList<string> classNames, bool bounded)
    {
        if (imageShape.Rank != 3 || (long)labels.Length * imageShape.Length != elements.Length)
        {
            throw new ArgumentException($"{name}: {elements.Length} elements are not {labels.Length} images of {imageShape}", nameof(elements));
        }

        int wrongLabel = labels.AsSpan().IndexOfAnyExceptInRange(0, classNames.Count - 1);
        if (wrongLabel >= 0)
        {
            throw new ArgumentException($"{name}: label {labels[wrongLabel]} of image {wrongLabel} is not in 0 … {classNames.Count - 1}", nameof(labels));
        }

        int wrong = Array.FindIndex(elements, value => bounded ? !(value is >= 0 and <= 1) : !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"{name}: element {wrong % imageShape.Length} of image {wrong / imageShape.Length} is {elements[wrong]}, it must be {(bounded ? "in [0, 1]" : "finite")}",
                nameof(elements));
        }

        Name = name;
        ImageShape = imageShape;
        ClassNames = classNames;
        Bounded = bounded;
        _elements = elements;
        _labels = labels;
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
    public override bool Bounded { get; }

    /// <inheritdoc/>
    public override int Label(int index) => _labels[index];

    /// <inheritdoc/>
    public override void CopyImage(int index, Span<float> destination) =>
        _elements.AsSpan(index * ImageShape.Length, ImageShape.Length).CopyTo(destination);
}

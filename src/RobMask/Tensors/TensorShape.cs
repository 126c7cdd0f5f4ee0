namespace RobMask.Tensors;

/// <summary>The extents of a dense row-major tensor, outermost first.</summary>
/// <remarks>
/// The project's fixed letters: N images, C channels, H×W rows and columns, K output channels (or classes),
/// R×S kernel rows and columns, P×Q output rows and columns, k primary masks.
/// </remarks>
public sealed class TensorShape : IEquatable<TensorShape>
{
    private const int ShownExtents = 8;
    private readonly int[] _extents;

    /// <summary>Makes a shape; every extent is at least 0 and the product fits an <see cref="int"/>.</summary>
    /// <exception cref="ArgumentException">An extent is negative, or the product overflows.</exception>
    public TensorShape(params ReadOnlySpan<int> extents)
    {
        _extents = extents.ToArray();
        long length = 1;
        foreach (int extent in _extents)
        {
            if (extent < 0)
            {
                throw new ArgumentException($"shape: extent {extent} in {this} is negative");
            }

            length *= extent;
            if (length > Array.MaxLength)
            {
                throw new ArgumentException($"shape: {this} has more than {Array.MaxLength} elements");
            }
        }

        Length = (int)length;
    }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The number of dimensions.</summary>
    public int Rank => _extents.Length;

    /// <summary>The extents, outermost first.</summary>
    public ReadOnlySpan<int> Extents => _extents;

    /// <summary>The extent of one dimension.</summary>
    public int this[int dimension] => _extents[dimension];

    /// <summary>The number of elements of one image: all dimensions but the first.</summary>
    public int LengthPerImage => _extents.Length == 0 || _extents[0] == 0 ? 0 : Length / _extents[0];

    /// <summary>The same shape with another first extent.</summary>
    public TensorShape WithImages(int images)
    {
        int[] extents = (int[])_extents.Clone();
        extents[0] = images;
        return new TensorShape(extents);
    }

    /// <summary>This shape with <paramref name="images"/> put in front of it.</summary>
    public TensorShape Prepend(int images) => new([images, .. _extents]);

    /// <inheritdoc/>
    public bool Equals(TensorShape? other) => other is not null && _extents.AsSpan().SequenceEqual(other._extents);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int extent in _extents)
        {
            hash.Add(extent);
        }

        return hash.ToHashCode();
    }

    /// <summary>For example <c>[128, 3, 32, 32]</c>; of more than eight extents, as only a damaged file has, the first ones.</summary>
    public override string ToString() => _extents.Length <= ShownExtents
        ? $"[{string.Join(", ", _extents)}]"
        : $"[{string.Join(", ", _extents[..ShownExtents])}, …] of {_extents.Length} dimensions";
}

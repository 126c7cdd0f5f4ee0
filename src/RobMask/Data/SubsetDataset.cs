using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Some images of another data set, in its order.</summary>
public sealed class SubsetDataset : Dataset
{
    private readonly Dataset _source;
    private readonly int[] _indices;

    /// <summary>Makes a view on the images named by <paramref name="indices"/>.</summary>
    public SubsetDataset(Dataset source, IEnumerable<int> indices)
    {
        _source = source;
        _indices = [.. indices];
        foreach (int index in _indices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, source.Count, nameof(indices));
        }
    }

    /// <inheritdoc/>
    public override string Name => _source.Name;

    /// <inheritdoc/>
    public override int Count => _indices.Length;

    /// <inheritdoc/>
    public override TensorShape ImageShape => _source.ImageShape;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames => _source.ClassNames;

    /// <inheritdoc/>
    public override bool Bounded => _source.Bounded;

    /// <inheritdoc/>
    public override bool SortedByClass => _source.SortedByClass;

    /// <inheritdoc/>
    public override bool HasOriginals => _source.HasOriginals;

    /// <summary>The first <paramref name="count"/> images when each class in turn gives its next one, in the source's order.</summary>
    /// <remarks>Classes differ by at most one image, except where a class has run out.</remarks>
    /// <exception cref="ArgumentException">The source has fewer images, or <paramref name="count"/> is not positive.</exception>
    public static SubsetDataset Balanced(Dataset source, int count, string what = "the") => new(source, Turns(source, count, what).Order());

    /// <summary>The same images as <see cref="Balanced"/>, in the order of the turns: classes alternate.</summary>
    /// <inheritdoc cref="Balanced"/>
    public static SubsetDataset Interleaved(Dataset source, int count, string what = "the") => new(source, Turns(source, count, what));

    /// <inheritdoc/>
    internal override ByteDataset? Bytes => _source.Bytes;

    /// <inheritdoc/>
    internal override int ByteIndex(int index) => _source.ByteIndex(_indices[index]);

    /// <inheritdoc/>
    public override int Label(int index) => _source.Label(_indices[index]);

    /// <inheritdoc/>
    public override void CopyImage(int index, Span<float> destination) => _source.CopyImage(_indices[index], destination);

    /// <inheritdoc/>
    public override void CopyAugmented(int index, Augmentation augmentation, PhiloxKey key, int draw, Span<float> scratch, Span<float> destination) =>
        _source.CopyAugmented(_indices[index], augmentation, key, draw, scratch, destination);

    private static IEnumerable<int> Turns(Dataset source, int count, string what)
    {
        if (count < 1 || count > source.Count)
        {
            throw new ArgumentException($"{source.Name}: {count} {what} images were asked for, there are {source.Count}", nameof(count));
        }

        int[] seen = new int[source.ClassNames.Count];
        (int Round, int Class, int Index)[] turns = new (int, int, int)[source.Count];
        for (int index = 0; index < turns.Length; index++)
        {
            int label = source.Label(index);
            turns[index] = (seen[label]++, label, index);
        }

        return turns.Order().Take(count).Select(turn => turn.Index);
    }
}

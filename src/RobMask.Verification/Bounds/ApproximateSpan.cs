namespace RobMask.Verification.Bounds;

/// <summary>The elements of a bounded tensor for a loop over them; bounds are empty where all values are exact.</summary>
internal readonly ref struct ApproximateSpan(Span<double> values, Span<double> bounds)
{
    private readonly Span<double> _values = values;
    private readonly Span<double> _bounds = bounds;

    public int Length => _values.Length;

    /// <summary>An element; where there are no bounds, an error that is set is dropped.</summary>
    public Approximate this[int index]
    {
        get => new(_values[index], _bounds.IsEmpty ? 0 : _bounds[index]);
        set
        {
            _values[index] = value.Value;
            if (!_bounds.IsEmpty)
            {
                _bounds[index] = value.ErrorToKeep;
            }
        }
    }

    public ApproximateSpan Slice(int start, int length) => new(_values.Slice(start, length), _bounds.IsEmpty ? default : _bounds.Slice(start, length));
}

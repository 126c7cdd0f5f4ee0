namespace RobMask.Ops;

/// <summary>Two rows of values, kept by each thread, so that an operation allocates nothing after its first call.</summary>
internal static class RowScratch<T>
    where T : unmanaged
{
    [ThreadStatic]
    private static T[]?[]? _rows;

    /// <summary>Row 0 or 1, of any content; the next call for the same row takes it back.</summary>
    public static Span<T> Row(int row, int length)
    {
        _rows ??= new T[2][];
        if (_rows[row] is not { } memory || memory.Length < length)
        {
            memory = new T[Math.Max(length, 64)];
            _rows[row] = memory;
        }

        return memory.AsSpan(0, length);
    }
}

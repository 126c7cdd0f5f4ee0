namespace RobMask.Ops;

/// <summary>Three rows of values, kept by each thread, so that an operation allocates nothing after its first call.</summary>
internal static class RowScratch<T>
    where T : unmanaged
{
    [ThreadStatic]
    private static T[]?[]? _rows;

    /// <summary>Row 0, 1 or 2, of any content; the next call for the same row takes it back.</summary>
    public static Span<T> Row(int row, int length)
    {
        _rows ??= new T[3][];
        if (_rows[row] is not { } memory || memory.Length < length)
        {
            memory = new T[Math.Max(length, 64)];
            _rows[row] = memory;
        }

        return memory.AsSpan(0, length);
    }
}

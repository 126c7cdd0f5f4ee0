namespace RobMask.Kernels;

/// <summary>How the rows of a left operand are divided into tile heights: full tiles, then one or two lower ones that fit the rest.</summary>
/// <remarks>
/// Heights are 12, 8 and 4, or 6 and 4. A rest of a few rows takes rows from the last full tile: 8 + 8 rather than 12 + 4, since the lowest
/// tile has too few chains to hide what an addition takes. A packed operand holds, for a block of steps, panel after panel, each
/// [step][height]; rows that pad the last panel are zeros and never stored.
/// </remarks>
internal readonly struct RowPanels
{
    private readonly int _maximum;
    private readonly int _full;
    private readonly int _tail;

    /// <summary>Divides <paramref name="rows"/> rows into tiles of at most <paramref name="maximum"/> rows.</summary>
    public RowPanels(int rows, int maximum)
    {
        Rows = rows;
        _maximum = maximum;
        int middle = maximum > 8 ? 8 : 4;
        _full = rows / maximum;
        int rest = rows - (_full * maximum);
        int tails = rest == 0 ? 0 : 1;
        _tail = rest <= 4 ? 4 : rest <= middle ? middle : maximum;
        if (rest > 0 && _full > 0 && maximum + rest <= 2 * middle)
        {
            _full--;
            _tail = middle;
            tails = 2;
        }

        Count = _full + tails;
        PaddedRows = (_full * maximum) + (tails * _tail);
    }

    /// <summary>Rows of the operand.</summary>
    public int Rows { get; }

    /// <summary>The number of panels.</summary>
    public int Count { get; }

    /// <summary>Rows with the padding of the last panel.</summary>
    public int PaddedRows { get; }

    /// <summary>The first row of a panel.</summary>
    public int Start(int panel) => panel <= _full ? panel * _maximum : (_full * _maximum) + ((panel - _full) * _tail);

    /// <summary>The height of a panel's tile.</summary>
    public int Height(int panel) => panel < _full ? _maximum : _tail;
}

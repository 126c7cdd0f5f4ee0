namespace RobMask.Kernels;

/// <summary>How the rows of a left operand are divided into tile heights: full tiles, then one that fits the rest.</summary>
/// <remarks>
/// A packed operand holds, for a block of steps, panel after panel, each [step][height]; rows that pad the last panel are
/// zeros and never stored.
/// </remarks>
internal readonly struct RowPanels
{
    private readonly int _maximum;
    private readonly int _last;

    /// <summary>Divides <paramref name="rows"/> rows into tiles of at most <paramref name="maximum"/> rows.</summary>
    public RowPanels(int rows, int maximum)
    {
        Rows = rows;
        _maximum = maximum;
        Count = (rows + maximum - 1) / maximum;
        int rest = rows - ((Count - 1) * maximum);
        _last = rest <= 4 ? 4 : rest <= 8 && maximum > 8 ? 8 : maximum;
    }

    /// <summary>Rows of the operand.</summary>
    public int Rows { get; }

    /// <summary>The number of panels.</summary>
    public int Count { get; }

    /// <summary>Rows with the padding of the last panel.</summary>
    public int PaddedRows => ((Count - 1) * _maximum) + _last;

    /// <summary>The first row of a panel.</summary>
    public int Start(int panel) => panel * _maximum;

    /// <summary>The height of a panel's tile.</summary>
    public int Height(int panel) => panel < Count - 1 ? _maximum : _last;
}

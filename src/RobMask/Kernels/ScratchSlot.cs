namespace RobMask.Kernels;

/// <summary>Who uses which slot of <see cref="Scratch"/>.</summary>
internal static class ScratchSlot
{
    /// <summary>The caller's packed left operand.</summary>
    public const int CallLeft = 0;

    /// <summary>The caller's packed right operand.</summary>
    public const int CallRight = 1;

    /// <summary>The caller's partial sums.</summary>
    public const int CallSums = 2;

    /// <summary>A part's packed right operand.</summary>
    public const int PartRight = 3;

    /// <summary>A part's tiles.</summary>
    public const int PartTiles = 4;

    /// <summary>A part's padded rows.</summary>
    public const int PartRows = 5;

    /// <summary>A part's tables.</summary>
    public const int PartTables = 6;

    /// <summary>The caller's tables.</summary>
    public const int CallTables = 7;
}

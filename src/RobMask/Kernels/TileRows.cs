namespace RobMask.Kernels;

/// <summary>The rows of a register tile, a constant for the compiler.</summary>
internal interface ITileRows
{
    /// <summary>1 to 12.</summary>
    static abstract int Count { get; }
}

/// <summary>Twelve rows: with two vectors each, 24 of the 32 registers of AVX-512.</summary>
internal readonly struct Rows12 : ITileRows
{
    /// <inheritdoc/>
    public static int Count => 12;
}

/// <summary>Eight rows.</summary>
internal readonly struct Rows8 : ITileRows
{
    /// <inheritdoc/>
    public static int Count => 8;
}

/// <summary>Six rows: with two vectors each, 12 of the 16 registers of AVX2.</summary>
internal readonly struct Rows6 : ITileRows
{
    /// <inheritdoc/>
    public static int Count => 6;
}

/// <summary>Four rows.</summary>
internal readonly struct Rows4 : ITileRows
{
    /// <inheritdoc/>
    public static int Count => 4;
}

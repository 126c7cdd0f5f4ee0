namespace RobMask.Kernels;

/// <summary>The register tiles of one vector width.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal unsafe interface ITileFamily<T>
    where T : unmanaged
{
    /// <summary>Elements of a vector; a tile is two vectors wide.</summary>
    static abstract int Lanes { get; }

    /// <summary>Rows of the tallest tile.</summary>
    static abstract int MaximumRows { get; }

    /// <summary>Advances the chains of a tile of <paramref name="height"/> rows: see <see cref="RegisterTile.Advance"/>.</summary>
    static abstract void Advance(int height, T* left, T* right, T* tile, in TileWalk walk, bool resume);

    /// <summary>Copies one vector.</summary>
    static abstract void Copy(T* source, T* destination);

    /// <summary>Adds two vectors.</summary>
    static abstract void Add(T* left, T* right, T* destination);

    /// <summary>Adds one value to a vector.</summary>
    static abstract void Add(T* left, T right, T* destination);
}

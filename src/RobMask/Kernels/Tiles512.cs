using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobMask.Kernels;

/// <summary>Tiles of up to 12 rows × 2 vectors of 512 bits.</summary>
internal readonly unsafe struct Tiles512<T> : ITileFamily<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public static int Lanes => Vector512<T>.Count;

    /// <inheritdoc/>
    public static int MaximumRows => 12;

    /// <inheritdoc/>
    public static void Advance(int height, T* left, T* right, T* tile, in TileWalk walk, bool resume)
    {
        switch (height)
        {
            case 12:
                RegisterTile.Advance<Width512<T>, Vector512<T>, T, Rows12>(left, right, tile, walk, resume);
                break;
            case 8:
                RegisterTile.Advance<Width512<T>, Vector512<T>, T, Rows8>(left, right, tile, walk, resume);
                break;
            case 4:
                RegisterTile.Advance<Width512<T>, Vector512<T>, T, Rows4>(left, right, tile, walk, resume);
                break;
            default:
                throw new UnreachableException($"a tile of {height} rows");
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* source, T* destination) => Vector512.Load(source).Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(T* left, T* right, T* destination) => (Vector512.Load(left) + Vector512.Load(right)).Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(T* left, T right, T* destination) => (Vector512.Load(left) + Vector512.Create(right)).Store(destination);
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobMask.Kernels;

/// <summary>Tiles of up to 6 rows × 2 vectors of 256 bits.</summary>
internal readonly unsafe struct Tiles256<T> : ITileFamily<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public static int Lanes => Vector256<T>.Count;

    /// <inheritdoc/>
    public static int MaximumRows => 6;

    /// <inheritdoc/>
    public static void Advance(int height, T* left, T* right, T* tile, in TileWalk walk, bool resume)
    {
        switch (height)
        {
            case 6:
                RegisterTile.Advance<Width256<T>, Vector256<T>, T, Rows6>(left, right, tile, walk, resume);
                break;
            case 4:
                RegisterTile.Advance<Width256<T>, Vector256<T>, T, Rows4>(left, right, tile, walk, resume);
                break;
            default:
                throw new UnreachableException($"a tile of {height} rows");
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* source, T* destination) => Vector256.Load(source).Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(T* left, T* right, T* destination) => (Vector256.Load(left) + Vector256.Load(right)).Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(T* left, T right, T* destination) => (Vector256.Load(left) + Vector256.Create(right)).Store(destination);
}

using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>The inner loop of every convolution and product: a tile of rows × 2 vectors of outputs, held in registers.</summary>
/// <remarks>
/// Every element of the tile runs its own chain acc = fma(a, b, acc) in the order of the steps; the tile's extent never
/// shows in the bits. A step reads one element a row of the left operand and two vectors of the right one; where the next
/// step's lie is the walk's business, so that both operands are read where they are.
/// </remarks>
internal static unsafe class RegisterTile
{
    /// <summary>Advances the chains of a tile.</summary>
    /// <param name="left">The first step's [TRows] elements.</param>
    /// <param name="right">The first step's two vectors.</param>
    /// <param name="tile">[TRows][2 vectors]: the accumulators; read first when <paramref name="resume"/> is set.</param>
    /// <param name="walk">Where the other steps lie.</param>
    /// <param name="resume">Whether the chains go on from <paramref name="tile"/>, else they start from +0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Advance<TWidth, TVector, T, TRows>(T* left, T* right, T* tile, in TileWalk walk, bool resume)
        where TWidth : struct, IVectorWidth<TVector, T>
        where TVector : struct
        where T : unmanaged
        where TRows : struct, ITileRows
    {
        int lanes = TWidth.Lanes;
        int width = 2 * lanes;
        TVector a0 = default, b0 = default;
        TVector a1 = default, b1 = default;
        TVector a2 = default, b2 = default;
        TVector a3 = default, b3 = default;
        TVector a4 = default, b4 = default;
        TVector a5 = default, b5 = default;
        TVector a6 = default, b6 = default;
        TVector a7 = default, b7 = default;
        TVector a8 = default, b8 = default;
        TVector a9 = default, b9 = default;
        TVector a10 = default, b10 = default;
        TVector a11 = default, b11 = default;
        if (resume)
        {
            if (TRows.Count > 0) { a0 = TWidth.Load(tile + (0 * width)); b0 = TWidth.Load(tile + (0 * width) + lanes); }
            if (TRows.Count > 1) { a1 = TWidth.Load(tile + (1 * width)); b1 = TWidth.Load(tile + (1 * width) + lanes); }
            if (TRows.Count > 2) { a2 = TWidth.Load(tile + (2 * width)); b2 = TWidth.Load(tile + (2 * width) + lanes); }
            if (TRows.Count > 3) { a3 = TWidth.Load(tile + (3 * width)); b3 = TWidth.Load(tile + (3 * width) + lanes); }
            if (TRows.Count > 4) { a4 = TWidth.Load(tile + (4 * width)); b4 = TWidth.Load(tile + (4 * width) + lanes); }
            if (TRows.Count > 5) { a5 = TWidth.Load(tile + (5 * width)); b5 = TWidth.Load(tile + (5 * width) + lanes); }
            if (TRows.Count > 6) { a6 = TWidth.Load(tile + (6 * width)); b6 = TWidth.Load(tile + (6 * width) + lanes); }
            if (TRows.Count > 7) { a7 = TWidth.Load(tile + (7 * width)); b7 = TWidth.Load(tile + (7 * width) + lanes); }
            if (TRows.Count > 8) { a8 = TWidth.Load(tile + (8 * width)); b8 = TWidth.Load(tile + (8 * width) + lanes); }
            if (TRows.Count > 9) { a9 = TWidth.Load(tile + (9 * width)); b9 = TWidth.Load(tile + (9 * width) + lanes); }
            if (TRows.Count > 10) { a10 = TWidth.Load(tile + (10 * width)); b10 = TWidth.Load(tile + (10 * width) + lanes); }
            if (TRows.Count > 11) { a11 = TWidth.Load(tile + (11 * width)); b11 = TWidth.Load(tile + (11 * width) + lanes); }
        }

        nint columns = walk.Columns;
        nint leftColumn = walk.LeftColumn * sizeof(T);
        nint rightColumn = walk.RightColumn * sizeof(T);
        nint rows = walk.Rows;
        nint secondOffset = walk.Second * sizeof(T);
        for (nint image = walk.Images; image > 0; image--)
        {
            T* leftRow = left;
            T* rightRow = right;
            for (nint p = rows; p > 0; p--)
            {
                T* factors = leftRow;
                T* step = rightRow;
                for (nint q = columns; q > 0; q--)
                {
                    TVector first = TWidth.Load(step);
                    TVector second = TWidth.Load((T*)((byte*)step + secondOffset));
                    TVector factor;
                    if (TRows.Count > 0) { factor = TWidth.Broadcast(factors[0]); a0 = TWidth.FusedMultiplyAdd(factor, first, a0); b0 = TWidth.FusedMultiplyAdd(factor, second, b0); }
                    if (TRows.Count > 1) { factor = TWidth.Broadcast(factors[1]); a1 = TWidth.FusedMultiplyAdd(factor, first, a1); b1 = TWidth.FusedMultiplyAdd(factor, second, b1); }
                    if (TRows.Count > 2) { factor = TWidth.Broadcast(factors[2]); a2 = TWidth.FusedMultiplyAdd(factor, first, a2); b2 = TWidth.FusedMultiplyAdd(factor, second, b2); }
                    if (TRows.Count > 3) { factor = TWidth.Broadcast(factors[3]); a3 = TWidth.FusedMultiplyAdd(factor, first, a3); b3 = TWidth.FusedMultiplyAdd(factor, second, b3); }
                    if (TRows.Count > 4) { factor = TWidth.Broadcast(factors[4]); a4 = TWidth.FusedMultiplyAdd(factor, first, a4); b4 = TWidth.FusedMultiplyAdd(factor, second, b4); }
                    if (TRows.Count > 5) { factor = TWidth.Broadcast(factors[5]); a5 = TWidth.FusedMultiplyAdd(factor, first, a5); b5 = TWidth.FusedMultiplyAdd(factor, second, b5); }
                    if (TRows.Count > 6) { factor = TWidth.Broadcast(factors[6]); a6 = TWidth.FusedMultiplyAdd(factor, first, a6); b6 = TWidth.FusedMultiplyAdd(factor, second, b6); }
                    if (TRows.Count > 7) { factor = TWidth.Broadcast(factors[7]); a7 = TWidth.FusedMultiplyAdd(factor, first, a7); b7 = TWidth.FusedMultiplyAdd(factor, second, b7); }
                    if (TRows.Count > 8) { factor = TWidth.Broadcast(factors[8]); a8 = TWidth.FusedMultiplyAdd(factor, first, a8); b8 = TWidth.FusedMultiplyAdd(factor, second, b8); }
                    if (TRows.Count > 9) { factor = TWidth.Broadcast(factors[9]); a9 = TWidth.FusedMultiplyAdd(factor, first, a9); b9 = TWidth.FusedMultiplyAdd(factor, second, b9); }
                    if (TRows.Count > 10) { factor = TWidth.Broadcast(factors[10]); a10 = TWidth.FusedMultiplyAdd(factor, first, a10); b10 = TWidth.FusedMultiplyAdd(factor, second, b10); }
                    if (TRows.Count > 11) { factor = TWidth.Broadcast(factors[11]); a11 = TWidth.FusedMultiplyAdd(factor, first, a11); b11 = TWidth.FusedMultiplyAdd(factor, second, b11); }
                    factors = (T*)((byte*)factors + leftColumn);
                    step = (T*)((byte*)step + rightColumn);
                }

                leftRow += walk.LeftRow;
                rightRow += walk.RightRow;
            }

            left += walk.LeftImage;
            right += walk.RightImage;
        }

        if (TRows.Count > 0) { TWidth.Store(a0, tile + (0 * width)); TWidth.Store(b0, tile + (0 * width) + lanes); }
        if (TRows.Count > 1) { TWidth.Store(a1, tile + (1 * width)); TWidth.Store(b1, tile + (1 * width) + lanes); }
        if (TRows.Count > 2) { TWidth.Store(a2, tile + (2 * width)); TWidth.Store(b2, tile + (2 * width) + lanes); }
        if (TRows.Count > 3) { TWidth.Store(a3, tile + (3 * width)); TWidth.Store(b3, tile + (3 * width) + lanes); }
        if (TRows.Count > 4) { TWidth.Store(a4, tile + (4 * width)); TWidth.Store(b4, tile + (4 * width) + lanes); }
        if (TRows.Count > 5) { TWidth.Store(a5, tile + (5 * width)); TWidth.Store(b5, tile + (5 * width) + lanes); }
        if (TRows.Count > 6) { TWidth.Store(a6, tile + (6 * width)); TWidth.Store(b6, tile + (6 * width) + lanes); }
        if (TRows.Count > 7) { TWidth.Store(a7, tile + (7 * width)); TWidth.Store(b7, tile + (7 * width) + lanes); }
        if (TRows.Count > 8) { TWidth.Store(a8, tile + (8 * width)); TWidth.Store(b8, tile + (8 * width) + lanes); }
        if (TRows.Count > 9) { TWidth.Store(a9, tile + (9 * width)); TWidth.Store(b9, tile + (9 * width) + lanes); }
        if (TRows.Count > 10) { TWidth.Store(a10, tile + (10 * width)); TWidth.Store(b10, tile + (10 * width) + lanes); }
        if (TRows.Count > 11) { TWidth.Store(a11, tile + (11 * width)); TWidth.Store(b11, tile + (11 * width) + lanes); }
    }
}

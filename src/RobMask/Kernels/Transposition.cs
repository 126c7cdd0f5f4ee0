using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobMask.Kernels;

/// <summary>Moves elements between neighbours in a row and neighbours in a packed operand. Nothing is computed: no bit changes.</summary>
internal static unsafe class Transposition
{
    /// <summary>Columns that are moved before the next row, so that what is written stays in the first-level cache.</summary>
    private const int Chunk = 64;

    /// <summary>destination[column · width + row] = source[row · pitch + column].</summary>
    /// <remarks>
    /// With <paramref name="past"/> full vectors are written past the caches, which need not read the lines first; each must be
    /// aligned to its size. The caller then owes a memory barrier.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(T* source, nint pitch, int rows, int columns, T* destination, nint width, bool past = false)
        where T : unmanaged
    {
        for (int start = 0; start < columns; start += Chunk)
        {
            int count = Math.Min(Chunk, columns - start);
            T* from = source + start;
            T* to = destination + (start * width);
            int row = 0;
            if (sizeof(T) == sizeof(uint) && Vector512.IsHardwareAccelerated)
            {
                for (; row + 16 <= rows; row += 16)
                {
                    SixteenRows((uint*)(from + (row * pitch)), pitch, count, (uint*)(to + row), width, past);
                }

                for (; row + 4 <= rows; row += 4)
                {
                    FourRows((uint*)(from + (row * pitch)), pitch, count, (uint*)(to + row), width);
                }
            }

            if (sizeof(T) == sizeof(ulong) && Vector512.IsHardwareAccelerated)
            {
                for (; row + 8 <= rows; row += 8)
                {
                    EightRows((ulong*)(from + (row * pitch)), pitch, count, (ulong*)(to + row), width, past);
                }
            }

            if (sizeof(T) == sizeof(uint) && !Vector512.IsHardwareAccelerated && Vector128.IsHardwareAccelerated)
            {
                for (; row + 4 <= rows; row += 4)
                {
                    FourRowsNarrow((uint*)(from + (row * pitch)), pitch, count, (uint*)(to + row), width);
                }
            }

            for (; row < rows; row++)
            {
                Strided(from + (row * pitch), 1, count, to + row, width);
            }
        }
    }

    /// <summary>destination[i · width] = source[i · step].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Strided<T>(T* source, nint step, int count, T* destination, nint width)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            *destination = *source;
            source += step;
            destination += width;
        }
    }

    /// <summary>destination[i] = source[i · step].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather<T>(T* source, nint step, int count, T* destination)
        where T : unmanaged
    {
        if (step == 1)
        {
            new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(destination, count));
        }
        else if (step == 2)
        {
            EveryOther(source, count, destination);
        }
        else
        {
            Strided(source, step, count, destination, 1);
        }
    }

    /// <summary>destination[i] = source[2 · i].</summary>
    /// <remarks>Reads whole pairs: one element beyond the last is read, and every <see cref="Tensors.DenseTensor{T}"/> has it in its array.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EveryOther<T>(T* source, int count, T* destination)
        where T : unmanaged
    {
        if (sizeof(T) != sizeof(uint) || !BitConverter.IsLittleEndian || count < 4)
        {
            Strided(source, 2, count, destination, 1);
            return;
        }

        // The lower half of each pair; the last step may take some of the one before again.
        if (count < 8)
        {
            LowerFour(source, destination);
            LowerFour(source + (2 * (count - 4)), destination + count - 4);
            return;
        }

        for (int i = 0; i < count; i += 8)
        {
            i = Math.Min(i, count - 8);
            ulong* pairs = (ulong*)(source + (2 * i));
            Vector256.Narrow(Vector256.Load(pairs), Vector256.Load(pairs + 4)).Store((uint*)(destination + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LowerFour<T>(T* source, T* destination)
        where T : unmanaged =>
        Vector128.Narrow(Vector128.Load((ulong*)source), Vector128.Load((ulong*)source + 2)).Store((uint*)destination);

    /// <summary>destination[2 · i] = even[i], destination[2 · i + 1] = odd[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave<T>(T* even, T* odd, int count, T* destination)
        where T : unmanaged
    {
        int i = 0;
        if (sizeof(T) == sizeof(uint) && BitConverter.IsLittleEndian)
        {
            for (; i + 8 <= count; i += 8)
            {
                (Vector256<ulong> lower, Vector256<ulong> upper) = Vector256.Widen(Vector256.Load((uint*)(even + i)));
                (Vector256<ulong> lowerOdd, Vector256<ulong> upperOdd) = Vector256.Widen(Vector256.Load((uint*)(odd + i)));
                ulong* pairs = (ulong*)(destination + (2 * i));
                (lower | (lowerOdd << 32)).Store(pairs);
                (upper | (upperOdd << 32)).Store(pairs + 4);
            }
        }

        for (; i < count; i++)
        {
            destination[2 * i] = even[i];
            destination[(2 * i) + 1] = odd[i];
        }
    }

    /// <summary>Sixteen rows at a time, four columns of each: full vectors are written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixteenRows(uint* source, nint pitch, int columns, uint* destination, nint width, bool past)
    {
        Vector512<uint> neighbours = Vector512.Create(1u, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
        Vector512<uint> pairs = Vector512.Create(2u, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
        Vector512<uint> even = Vector512.Create(uint.MaxValue, 0, uint.MaxValue, 0, uint.MaxValue, 0, uint.MaxValue, 0, uint.MaxValue, 0, uint.MaxValue, 0, uint.MaxValue, 0, uint.MaxValue, 0);
        Vector512<uint> lower = Vector512.Create(ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0).AsUInt32();
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            // A quarter of a vector is four columns of one row; rows four apart share a vector, so that they end up in order.
            Vector512<uint> a = FourQuarters(source + column, 4 * pitch);
            Vector512<uint> b = FourQuarters(source + column + pitch, 4 * pitch);
            Vector512<uint> c = FourQuarters(source + column + (2 * pitch), 4 * pitch);
            Vector512<uint> d = FourQuarters(source + column + (3 * pitch), 4 * pitch);

            // In each quarter: odd elements of one row change places with even ones of the next, then pairs likewise.
            Vector512<uint> evenFirst = Vector512.ConditionalSelect(even, a, Vector512.Shuffle(b, neighbours));
            Vector512<uint> oddFirst = Vector512.ConditionalSelect(even, Vector512.Shuffle(a, neighbours), b);
            Vector512<uint> evenLast = Vector512.ConditionalSelect(even, c, Vector512.Shuffle(d, neighbours));
            Vector512<uint> oddLast = Vector512.ConditionalSelect(even, Vector512.Shuffle(c, neighbours), d);
            Vector512<uint> first = Vector512.ConditionalSelect(lower, evenFirst, Vector512.Shuffle(evenLast, pairs));
            Vector512<uint> second = Vector512.ConditionalSelect(lower, oddFirst, Vector512.Shuffle(oddLast, pairs));
            Vector512<uint> third = Vector512.ConditionalSelect(lower, Vector512.Shuffle(evenFirst, pairs), evenLast);
            Vector512<uint> fourth = Vector512.ConditionalSelect(lower, Vector512.Shuffle(oddFirst, pairs), oddLast);
            if (past)
            {
                first.StoreAlignedNonTemporal(destination);
                second.StoreAlignedNonTemporal(destination + width);
                third.StoreAlignedNonTemporal(destination + (2 * width));
                fourth.StoreAlignedNonTemporal(destination + (3 * width));
            }
            else
            {
                first.Store(destination);
                second.Store(destination + width);
                third.Store(destination + (2 * width));
                fourth.Store(destination + (3 * width));
            }

            destination += 4 * width;
        }

        for (; column < columns; column++)
        {
            Strided(source + column, pitch, 16, destination, 1);
            destination += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> FourQuarters(uint* source, nint pitch) => Vector512.Create(
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + pitch)),
        Vector256.Create(Vector128.Load(source + (2 * pitch)), Vector128.Load(source + (3 * pitch))));

    /// <summary>Eight rows at a time, two columns of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows(ulong* source, nint pitch, int columns, ulong* destination, nint width, bool past)
    {
        Vector512<ulong> neighbours = Vector512.Create(1ul, 0, 3, 2, 5, 4, 7, 6);
        Vector512<ulong> even = Vector512.Create(ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0);
        int column = 0;
        for (; column + 2 <= columns; column += 2)
        {
            Vector512<ulong> a = FourQuarters((uint*)(source + column), 4 * pitch).AsUInt64();
            Vector512<ulong> b = FourQuarters((uint*)(source + column + pitch), 4 * pitch).AsUInt64();
            Vector512<ulong> first = Vector512.ConditionalSelect(even, a, Vector512.Shuffle(b, neighbours));
            Vector512<ulong> second = Vector512.ConditionalSelect(even, Vector512.Shuffle(a, neighbours), b);
            if (past)
            {
                first.StoreAlignedNonTemporal(destination);
                second.StoreAlignedNonTemporal(destination + width);
            }
            else
            {
                first.Store(destination);
                second.Store(destination + width);
            }

            destination += 2 * width;
        }

        if (column < columns)
        {
            Strided(source + column, pitch, 8, destination, 1);
        }
    }

    /// <summary>Four rows at a time, four columns of each, where vectors are narrower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRowsNarrow(uint* source, nint pitch, int columns, uint* destination, nint width)
    {
        Vector128<uint> neighbours = Vector128.Create(1u, 0, 3, 2);
        Vector128<uint> pairs = Vector128.Create(2u, 3, 0, 1);
        Vector128<uint> even = Vector128.Create(uint.MaxValue, 0, uint.MaxValue, 0);
        Vector128<uint> lower = Vector128.Create(uint.MaxValue, uint.MaxValue, 0, 0);
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            Vector128<uint> a = Vector128.Load(source + column);
            Vector128<uint> b = Vector128.Load(source + column + pitch);
            Vector128<uint> c = Vector128.Load(source + column + (2 * pitch));
            Vector128<uint> d = Vector128.Load(source + column + (3 * pitch));
            Vector128<uint> evenFirst = Vector128.ConditionalSelect(even, a, Vector128.Shuffle(b, neighbours));
            Vector128<uint> oddFirst = Vector128.ConditionalSelect(even, Vector128.Shuffle(a, neighbours), b);
            Vector128<uint> evenLast = Vector128.ConditionalSelect(even, c, Vector128.Shuffle(d, neighbours));
            Vector128<uint> oddLast = Vector128.ConditionalSelect(even, Vector128.Shuffle(c, neighbours), d);
            Vector128.ConditionalSelect(lower, evenFirst, Vector128.Shuffle(evenLast, pairs)).Store(destination);
            Vector128.ConditionalSelect(lower, oddFirst, Vector128.Shuffle(oddLast, pairs)).Store(destination + width);
            Vector128.ConditionalSelect(lower, Vector128.Shuffle(evenFirst, pairs), evenLast).Store(destination + (2 * width));
            Vector128.ConditionalSelect(lower, Vector128.Shuffle(oddFirst, pairs), oddLast).Store(destination + (3 * width));
            destination += 4 * width;
        }

        for (; column < columns; column++)
        {
            Strided(source + column, pitch, 4, destination, 1);
            destination += width;
        }
    }

    /// <summary>Four rows at a time, four columns of each: sixteen elements change places within one register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(uint* source, nint pitch, int columns, uint* destination, nint width)
    {
        uint* second = source + pitch;
        uint* third = second + pitch;
        uint* fourth = third + pitch;
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            Vector512<uint> block = Vector512.Create(
                Vector256.Create(Vector128.Load(source + column), Vector128.Load(second + column)),
                Vector256.Create(Vector128.Load(third + column), Vector128.Load(fourth + column)));
            block = Vector512.Shuffle(block, Vector512.Create(0u, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
            block.GetLower().GetLower().Store(destination);
            block.GetLower().GetUpper().Store(destination + width);
            block.GetUpper().GetLower().Store(destination + (2 * width));
            block.GetUpper().GetUpper().Store(destination + (3 * width));
            destination += 4 * width;
        }

        for (; column < columns; column++)
        {
            destination[0] = source[column];
            destination[1] = second[column];
            destination[2] = third[column];
            destination[3] = fourth[column];
            destination += width;
        }
    }
}

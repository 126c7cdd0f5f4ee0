using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RobMask.Kernels;

/// <summary>Moves elements between neighbours in a row and neighbours in a packed operand. Nothing is computed: no bit changes.</summary>
internal static unsafe class Transposition
{
    /// <summary>Columns that are moved before the next row, so that what is written stays in the first-level cache.</summary>
    private const int Chunk = 64;

    /// <summary>destination[column · width + row] = source[row · pitch + column].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(T* source, nint pitch, int rows, int columns, T* destination, nint width)
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
                for (; row + 4 <= rows; row += 4)
                {
                    FourRows((uint*)(from + (row * pitch)), pitch, count, (uint*)(to + row), width);
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

    /// <summary>destination[i] = source[2 · i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void EveryOther<T>(T* source, int count, T* destination)
        where T : unmanaged
    {
        int i = 0;
        if (sizeof(T) == sizeof(uint) && BitConverter.IsLittleEndian)
        {
            // The lower half of each pair. The last pair is left out: its upper half may lie outside the row.
            for (; i + 9 <= count; i += 8)
            {
                ulong* pairs = (ulong*)(source + (2 * i));
                Vector256.Narrow(Vector256.Load(pairs), Vector256.Load(pairs + 4)).Store((uint*)(destination + i));
            }
        }

        Strided(source + (2 * i), 2, count - i, destination + i, 1);
    }

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

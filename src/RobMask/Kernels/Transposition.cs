using System.Runtime.CompilerServices;

namespace RobMask.Kernels;

/// <summary>Transposes a block: rows of neighbours become columns of a packed operand.</summary>
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
            for (int row = 0; row < rows; row++)
            {
                T* from = source + (row * pitch) + start;
                T* to = destination + (start * width) + row;
                for (int column = 0; column < count; column++)
                {
                    *to = from[column];
                    to += width;
                }
            }
        }
    }

    /// <summary>destination[column · width + row] = source[row · pitch + column · stride].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunStrided<T>(T* source, nint pitch, nint stride, int rows, int columns, T* destination, nint width)
        where T : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            T* from = source + (row * pitch);
            T* to = destination + row;
            for (int column = 0; column < columns; column++)
            {
                *to = *from;
                to += width;
                from += stride;
            }
        }
    }
}

using System.Numerics;
using System.Numerics.Tensors;

namespace RobMask.Numerics;

/// <summary>Adds equally long rows in a fixed tree that depends on their number alone.</summary>
/// <remarks>
/// <para>sum(0 … n−1) of one row is the row; of n ≥ 2 rows it is sum(0 … m−1) + sum(m … n−1), m the largest power of two
/// below n. Each addition is rounded. The height is ⌈log₂ n⌉.</para>
/// <para>Rows come one at a time: a stack holds the sums of full subtrees, one for each bit of the number of rows so far,
/// as a binary counter.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PairwiseTree<T>(int length)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<T[]> _levels = [];
    private long _count;

    /// <summary>Adds the next row.</summary>
    public void Push(ReadOnlySpan<T> row)
    {
        T[] sum = row.ToArray();
        int level = 0;
        for (; ((_count >> level) & 1) != 0; level++)
        {
            TensorPrimitives.Add(_levels[level], sum, sum);
        }

        if (level == _levels.Count)
        {
            _levels.Add(new T[length]);
        }

        _levels[level] = sum;
        _count++;
    }

    /// <summary>Writes the sum of all rows; zeros if there were none.</summary>
    public void Fold(Span<T> destination)
    {
        destination.Clear();
        bool first = true;
        for (int level = 0; level < _levels.Count; level++)
        {
            if (((_count >> level) & 1) == 0)
            {
                continue;
            }

            if (first)
            {
                _levels[level].CopyTo(destination);
                first = false;
            }
            else
            {
                TensorPrimitives.Add(_levels[level], destination, destination);
            }
        }
    }
}

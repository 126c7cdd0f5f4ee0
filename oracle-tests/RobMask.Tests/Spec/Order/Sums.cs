using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «Sums».</summary>
internal static class Sums
{
    private const int Lanes = 32;

    /// <summary>LaneSum of terms that are doubles already.</summary>
    public static double LaneSum(double[] terms)
    {
        double[] lanes = new double[Lanes];
        for (int i = 0; i < terms.Length; i++)
        {
            lanes[i % Lanes] = lanes[i % Lanes] + terms[i];
        }

        for (int half = Lanes / 2; half >= 1; half /= 2)
        {
            for (int j = 0; j < half; j++)
            {
                lanes[j] = lanes[j] + lanes[j + half];
            }
        }

        return lanes[0];
    }

    /// <summary>LaneSum of x.</summary>
    public static double LaneSum<T>(T[] x)
        where T : IBinaryFloatingPointIeee754<T> => LaneSum([.. x.Select(Ieee.InDouble)]);

    /// <summary>LaneSum of x·y: both in double, the product rounded to double.</summary>
    public static double LaneSum<T>(T[] x, T[] y)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double[] terms = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            terms[i] = Ieee.InDouble(x[i]) * Ieee.InDouble(y[i]);
        }

        return LaneSum(terms);
    }

    /// <summary>Tree over n.</summary>
    public static double Tree(double[] parts)
    {
        double[] sums = [.. parts];
        for (int s = 1; s < sums.Length; s *= 2)
        {
            for (int n = 0; n + s < sums.Length; n += 2 * s)
            {
                sums[n] = sums[n] + sums[n + s];
            }
        }

        return sums[0];
    }

    /// <summary>The pairwise sum of the blocks of a weight gradient, blocks first to first + count − 1, in T.</summary>
    public static T Pairwise<T>(T[] blocks, int first, int count)
        where T : IBinaryFloatingPointIeee754<T>
    {
        if (count == 1)
        {
            return blocks[first];
        }

        int b = 1;
        while (2 * b < count)
        {
            b *= 2;
        }

        return Pairwise(blocks, first, b) + Pairwise(blocks, first + b, count - b);
    }
}

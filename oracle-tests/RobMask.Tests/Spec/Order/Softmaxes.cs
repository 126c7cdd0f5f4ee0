using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «softmax, log_softmax», one row.</summary>
internal static class Softmaxes
{
    public static T[] Softmax<T>(T[] x)
        where T : IBinaryFloatingPointIeee754<T>
    {
        (_, T[] exponentials, T sum) = Shifted(x);
        return [.. exponentials.Select(e => e / sum)];
    }

    /// <summary>p is the output of softmax.</summary>
    public static T[] SoftmaxBackward<T>(T[] p, T[] g)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T t = Ieee.Rounded<T>(Sums.LaneSum(g, p));
        return [.. p.Zip(g, (pj, gj) => pj * (gj - t))];
    }

    public static T[] LogSoftmax<T>(T[] x)
        where T : IBinaryFloatingPointIeee754<T>
    {
        (T maximum, _, T sum) = Shifted(x);
        T logarithm = ExpLog.Log(sum);
        return [.. x.Select(xj => (xj - maximum) - logarithm)];
    }

    /// <summary>ℓ is the output of log-softmax.</summary>
    public static T[] LogSoftmaxBackward<T>(T[] l, T[] g)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T t = Ieee.Rounded<T>(Sums.LaneSum(g));
        return [.. l.Zip(g, (lj, gj) => gj - (ExpLog.Exp(lj) * t))];
    }

    private static (T Maximum, T[] Exponentials, T Sum) Shifted<T>(T[] x)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T maximum = x[0];
        foreach (T xj in x)
        {
            maximum = xj > maximum ? xj : maximum;
        }

        T[] exponentials = [.. x.Select(xj => ExpLog.Exp(xj - maximum))];
        return (maximum, exponentials, Ieee.Rounded<T>(Sums.LaneSum(exponentials)));
    }
}

using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «How to read this page»: T is float or double; some sums are in double whatever T is.</summary>
internal static class Ieee
{
    /// <summary>The same number in double, exactly.</summary>
    public static double InDouble<T>(T x)
        where T : IBinaryFloatingPointIeee754<T> => double.CreateTruncating(x);

    /// <summary>A double rounded once to T; nothing happens where T is double.</summary>
    public static T Rounded<T>(double x)
        where T : IBinaryFloatingPointIeee754<T> => T.CreateTruncating(x);
}

using System.Numerics;
using System.Runtime.CompilerServices;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>What the operations on rows of logits [N, K] share.</summary>
internal static class Logits
{
    /// <summary>Two tensors are [N, K] of one shape with K ≥ 1.</summary>
    /// <remarks>The rule's number is put to its name only where it is broken: a check that holds allocates nothing.</remarks>
    public static void Require<T>(string operation, string name, DenseTensor<T> tensor, string otherName, DenseTensor<T> other)
        where T : unmanaged
    {
        if (tensor.Shape.Rank != 2)
        {
            Ops.Require.Matrix(operation + " C1", name, tensor);
        }

        if (!other.Shape.Equals(tensor.Shape))
        {
            Ops.Require.SameShape(operation + " C1", otherName, other, name, tensor);
        }

        Classes(operation, name, tensor, 1);
    }

    /// <summary>A loss reads logits [N, K] with classes enough and labels [N] that name them.</summary>
    public static void RequireLabelled<T>(string operation, DenseTensor<T> logits, DenseTensor<int> labels, int leastClasses)
        where T : unmanaged
    {
        if (logits.Shape.Rank != 2)
        {
            Ops.Require.Matrix(operation + " C1", "logits", logits);
        }

        Classes(operation, "logits", logits, leastClasses);
        RequireLabels(operation, "labels", labels, logits.Shape[0], logits.Shape[1]);
    }

    /// <summary>Labels [N], every one of them one of K classes.</summary>
    public static void RequireLabels(string operation, string name, DenseTensor<int> labels, int images, int classes)
    {
        if (labels.Shape.Rank != 1 || labels.Length != images)
        {
            Ops.Require.Vector(operation + " C3", name, labels, images);
        }

        ReadOnlySpan<int> values = labels.Span;
        for (int n = 0; n < values.Length; n++)
        {
            if ((uint)values[n] >= (uint)classes)
            {
                throw new ArgumentException($"{operation} C3: {name}[{n}] = {values[n]} is not one of the {classes} classes 0 to {classes - 1}", name);
            }
        }
    }

    private static void Classes<T>(string operation, string name, DenseTensor<T> logits, int least)
        where T : unmanaged
    {
        if (logits.Shape[1] < least)
        {
            throw new ArgumentException($"{operation} C2: {name} {logits.Shape} has {logits.Shape[1]} classes, at least {least} are needed", name);
        }
    }

    /// <summary>The largest element; NaN if one is.</summary>
    public static T Maximum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T maximum = x[0];
        foreach (T value in x)
        {
            if (value > maximum || T.IsNaN(value))
            {
                maximum = value;
            }
        }

        return maximum;
    }

    /// <summary>log softmax of one row, in the order that <see cref="Ops.LogSoftmax"/> states.</summary>
    public static void LogSoftmax<T>(ReadOnlySpan<T> x, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T maximum = Maximum(x);
        Span<double> exponentials = DoubleScratch.Doubles(x.Length);
        for (int j = 0; j < x.Length; j++)
        {
            destination[j] = x[j] - maximum;
            exponentials[j] = Real.ToDouble(Exp(destination[j]));
        }

        T logarithm = Log(Real.FromDouble<T>(LaneSum.Sum<double>(exponentials)));
        for (int j = 0; j < x.Length; j++)
        {
            destination[j] -= logarithm;
        }
    }

    /// <summary>eˣ rounded to T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Real.FromDouble<T>(Elementary.Exp(Real.ToDouble(x)));

    /// <summary>log x, rounded to T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>(Elementary.Log(Unsafe.BitCast<T, float>(x))) : Real.FromDouble<T>(Elementary.Log(Real.ToDouble(x)));
}

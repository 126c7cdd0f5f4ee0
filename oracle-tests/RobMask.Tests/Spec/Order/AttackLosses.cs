using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «margin_loss, margin_loss_backward» and «dlr_loss, dlr_loss_backward», one image.</summary>
internal static class AttackLosses
{
    public static T Margin<T>(T[] z, int label)
        where T : IBinaryFloatingPointIeee754<T> => z[Rival(z, label)] - z[label];

    public static T[] MarginBackward<T>(T[] z, int label, T factor)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradient = new T[z.Length];
        gradient[Rival(z, label)] = factor;
        gradient[label] = -factor;
        return gradient;
    }

    public static T Dlr<T>(T[] z, int label)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int[] sorted = Sorted(z);
        return -((z[label] - z[Rival(z, label)]) / Denominator(z[sorted[0]], z[sorted[2]]));
    }

    public static T[] DlrBackward<T>(T[] z, int label, T factor)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int[] sorted = Sorted(z);
        T a = factor / Denominator(z[sorted[0]], z[sorted[2]]);
        T b = a * Dlr(z, label);
        T[] gradient = new T[z.Length];
        gradient[label] += -a;
        gradient[Rival(z, label)] += a;
        gradient[sorted[0]] += -b;
        gradient[sorted[2]] += b;
        return gradient;
    }

    public static T DlrTargeted<T>(T[] z, int label, int target)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int[] sorted = Sorted(z);
        return -((z[label] - z[target]) / Denominator(z[sorted[0]], (z[sorted[2]] + z[sorted[3]]) * Half<T>()));
    }

    public static T[] DlrTargetedBackward<T>(T[] z, int label, int target, T factor)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int[] sorted = Sorted(z);
        T a = factor / Denominator(z[sorted[0]], (z[sorted[2]] + z[sorted[3]]) * Half<T>());
        T b = a * DlrTargeted(z, label, target);
        T[] gradient = new T[z.Length];
        gradient[label] += -a;
        gradient[target] += a;
        gradient[sorted[0]] += -b;
        gradient[sorted[2]] += b * Half<T>();
        gradient[sorted[3]] += b * Half<T>();
        return gradient;
    }

    private static T Denominator<T>(T largest, T small)
        where T : IBinaryFloatingPointIeee754<T> => (largest - small) + Ieee.Rounded<T>(1e-12);

    private static T Half<T>()
        where T : IBinaryFloatingPointIeee754<T> => Ieee.Rounded<T>(0.5);

    /// <summary>The first of the largest logits of other classes; the last NaN if there is one.</summary>
    private static int Rival<T>(T[] z, int label)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int rival = label == 0 ? 1 : 0;
        for (int j = 0; j < z.Length; j++)
        {
            if (j != label && (z[j] > z[rival] || T.IsNaN(z[j])))
            {
                rival = j;
            }
        }

        return rival;
    }

    /// <summary>The classes by falling logits, NaN before all, equal ones by class: π1 is at 0.</summary>
    private static int[] Sorted<T>(T[] z)
        where T : IBinaryFloatingPointIeee754<T>
    {
        List<int> left = [.. Enumerable.Range(0, z.Length)];
        List<int> sorted = [];
        while (left.Count > 0)
        {
            int largest = left[0];
            foreach (int j in left)
            {
                largest = z[j] > z[largest] || (T.IsNaN(z[j]) && !T.IsNaN(z[largest])) ? j : largest;
            }

            sorted.Add(largest);
            left.Remove(largest);
        }

        return [.. sorted];
    }
}

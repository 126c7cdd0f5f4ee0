using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «cross_entropy, cross_entropy_backward» and «kl_div, kl_div_backward», one image; and the reduction of a batch.</summary>
internal static class Losses
{
    public static T CrossEntropy<T>(T[] logits, int label, float smoothing)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] l = Softmaxes.LogSoftmax(logits);
        if (smoothing == 0)
        {
            return -l[label];
        }

        double s = smoothing;
        return Ieee.Rounded<T>(-(((1 - s) * Ieee.InDouble(l[label])) + ((s / l.Length) * Sums.LaneSum(l))));
    }

    public static T[] CrossEntropyBackward<T>(T[] logits, int label, float smoothing, T factor)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] l = Softmaxes.LogSoftmax(logits);
        T[] gradient = new T[l.Length];
        double s = smoothing;
        for (int j = 0; j < l.Length; j++)
        {
            double q = j == label ? (1 - s) + (s / l.Length) : s / l.Length;
            gradient[j] = factor * (ExpLog.Exp(l[j]) - Ieee.Rounded<T>(q));
        }

        return gradient;
    }

    public static T KlDivergence<T>(T[] reference, T[] logits)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] lp = Softmaxes.LogSoftmax(reference);
        T[] lq = Softmaxes.LogSoftmax(logits);
        double[] terms = new double[lp.Length];
        for (int j = 0; j < lp.Length; j++)
        {
            T p = ExpLog.Exp(lp[j]);
            terms[j] = p == T.Zero ? 0 : Ieee.InDouble(p) * Ieee.InDouble(lp[j] - lq[j]);
        }

        return Ieee.Rounded<T>(Sums.LaneSum(terms));
    }

    public static (T[] Logits, T[] Reference) KlDivergenceBackward<T>(T[] reference, T[] logits, T factor)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] lp = Softmaxes.LogSoftmax(reference);
        T[] lq = Softmaxes.LogSoftmax(logits);
        T loss = KlDivergence(reference, logits);
        T[] byLogits = new T[lp.Length];
        T[] byReference = new T[lp.Length];
        for (int j = 0; j < lp.Length; j++)
        {
            T p = ExpLog.Exp(lp[j]);
            byLogits[j] = factor * (ExpLog.Exp(lq[j]) - p);
            byReference[j] = factor * (p == T.Zero ? T.Zero : p * ((lp[j] - lq[j]) - loss));
        }

        return (byLogits, byReference);
    }

    /// <summary>The sum of the losses of a batch, or their mean.</summary>
    public static T Reduce<T>(T[] perImage, bool mean)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double sum = Sums.LaneSum(perImage);
        return Ieee.Rounded<T>(mean ? sum / perImage.Length : sum);
    }
}

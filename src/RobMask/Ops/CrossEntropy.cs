using System.Numerics;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The cross-entropy of each image: −Σ_j q_j·ℓ_j with ℓ = log softmax(z) and the target q = (1 − s)·onehot(y) + s/K.</summary>
/// <remarks>
/// <para>PyTorch: <c>cross_entropy</c> with label_smoothing. Shapes: logits [N, K], labels [N], loss [N].</para>
/// <para>Order: ℓ as <see cref="LogSoftmax"/>. Without smoothing the loss is −ℓ_y, exact from there. With it: −((1 − s)·ℓ_y + (s/K)·Σ_j ℓ_j), the sum by
/// <see cref="LaneSum.Sum"/>, all in double, rounded once to T. Gradient: factor·(p_j − q_j) with p = exp(ℓ) rounded to T; q_y = (1 − s) + s/K and
/// q_j = s/K in double, rounded once to T; difference and product each rounded.</para>
/// <para>A NaN or +∞ among an image's logits makes its loss and gradient NaN. A logit of −∞ at the label makes the loss +∞; with smoothing, one anywhere
/// does. A saturated softmax (p_y = 1) has loss +0 up to sign and gradient 0: attacks must look out for it.</para>
/// </remarks>
public static class CrossEntropy
{
    /// <summary>The loss of each image.</summary>
    /// <param name="logits">z [N, K].</param>
    /// <param name="labels">y [N].</param>
    /// <param name="smoothing">0 ≤ s &lt; 1.</param>
    /// <param name="perImage">[N].</param>
    /// <exception cref="ArgumentException">Shapes disagree, a label is no class, or s is out of range.</exception>
    public static void Forward<T>(DenseTensor<T> logits, DenseTensor<int> labels, float smoothing, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(logits, labels, smoothing);
        Require.Vector("cross entropy C4", nameof(perImage), perImage, labels.Length);
        int classes = logits.Shape[1];
        Span<T> logarithms = RowScratch<T>.Row(0, classes);
        for (int n = 0; n < labels.Length; n++)
        {
            Logits.LogSoftmax(logits.Image(n), logarithms);
            T atLabel = logarithms[labels.Span[n]];
            perImage.Span[n] = smoothing == 0
                ? -atLabel
                : Real.FromDouble<T>(-(((1 - (double)smoothing) * Real.ToDouble(atLabel)) + (smoothing / (double)classes * LaneSum.Sum<T>(logarithms))));
        }
    }

    /// <summary>The gradient of factor·Σ loss_n.</summary>
    /// <param name="logits">z [N, K].</param>
    /// <param name="labels">y [N].</param>
    /// <param name="smoothing">0 ≤ s &lt; 1.</param>
    /// <param name="factor">1/N for a mean.</param>
    /// <param name="gradLogits">[N, K]; may be <paramref name="logits"/>.</param>
    /// <exception cref="ArgumentException">Shapes disagree, a label is no class, or s is out of range.</exception>
    public static void Backward<T>(DenseTensor<T> logits, DenseTensor<int> labels, float smoothing, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(logits, labels, smoothing);
        Require.SameShape("cross entropy C1", nameof(gradLogits), gradLogits, nameof(logits), logits);
        int classes = logits.Shape[1];
        double share = smoothing / (double)classes;
        T targetElsewhere = Real.FromDouble<T>(share);
        T targetAtLabel = Real.FromDouble<T>(1 - (double)smoothing + share);
        for (int n = 0; n < labels.Length; n++)
        {
            Span<T> gradient = gradLogits.Image(n);
            Logits.LogSoftmax(logits.Image(n), gradient);
            for (int j = 0; j < classes; j++)
            {
                gradient[j] = factor * (Logits.Exp(gradient[j]) - (j == labels.Span[n] ? targetAtLabel : targetElsewhere));
            }
        }
    }

    /// <summary>The loss of a batch: <see cref="LaneSum.Sum"/> in double, for a mean divided by N, rounded once to T.</summary>
    /// <exception cref="ArgumentException">The reduction is None, which is the per-image losses themselves, or there is no image.</exception>
    public static T Reduce<T>(DenseTensor<T> perImage, Reduction reduction)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = LaneSum.Sum<T>(perImage.Span);
        return reduction switch
        {
            Reduction.Sum => Real.FromDouble<T>(sum),
            Reduction.Mean when perImage.Length > 0 => Real.FromDouble<T>(sum / perImage.Length),
            Reduction.Mean => throw new ArgumentException("reduction: the mean of no images", nameof(perImage)),
            _ => throw new ArgumentException($"reduction: {reduction} gives no single value", nameof(reduction)),
        };
    }

    private static void Check<T>(DenseTensor<T> logits, DenseTensor<int> labels, float smoothing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.RequireLabelled("cross entropy", logits, labels, 1);
        if (!(smoothing >= 0 && smoothing < 1))
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cross entropy C5: smoothing {smoothing} is not in [0, 1)"), nameof(smoothing));
        }
    }
}

using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The margin of each image: max over j ≠ y of z_j, less z_y; above 0 where the network is fooled.</summary>
/// <remarks>
/// Carlini and Wagner 2017, f₆ without its floor. Shapes: logits [N, K], K ≥ 2, labels [N], loss [N]. One subtraction in T. The rival is the first of equals; a NaN among
/// the rivals is the rival (the last one), so that it shows. Gradient: +factor at the rival, −factor at the label, else +0; exact.
/// </remarks>
public static class MarginLoss
{
    /// <summary>The margin of each image.</summary>
    /// <exception cref="ArgumentException">Shapes disagree, there are fewer than 2 classes, or a label is no class.</exception>
    public static void Forward<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.RequireLabelled("margin", logits, labels, 2);
        Require.Vector("margin C4", nameof(perImage), perImage, labels.Length);
        for (int n = 0; n < labels.Length; n++)
        {
            ReadOnlySpan<T> z = logits.Image(n);
            perImage.Span[n] = z[Rival(z, labels.Span[n])] - z[labels.Span[n]];
        }
    }

    /// <summary>The gradient of factor·Σ margin_n.</summary>
    /// <exception cref="ArgumentException">Shapes disagree, there are fewer than 2 classes, or a label is no class.</exception>
    public static void Backward<T>(DenseTensor<T> logits, DenseTensor<int> labels, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.RequireLabelled("margin", logits, labels, 2);
        Require.SameShape("margin C1", nameof(gradLogits), gradLogits, nameof(logits), logits);
        for (int n = 0; n < labels.Length; n++)
        {
            int rival = Rival<T>(logits.Image(n), labels.Span[n]);
            Span<T> gradient = gradLogits.Image(n);
            gradient.Clear();
            gradient[rival] = factor;
            gradient[labels.Span[n]] = -factor;
        }
    }

    /// <summary>The class other than the label with the largest logit.</summary>
    internal static int Rival<T>(ReadOnlySpan<T> z, int label)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rival = label == 0 ? 1 : 0;
        for (int j = rival + 1; j < z.Length; j++)
        {
            if (j != label && (z[j] > z[rival] || T.IsNaN(z[j])))
            {
                rival = j;
            }
        }

        return rival;
    }
}

using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The difference-of-logits-ratio loss: −(z_y − max_{j≠y} z_j)/(z_π1 − z_π3), and its targeted form −(z_y − z_t)/(z_π1 − (z_π3 + z_π4)/2).</summary>
/// <remarks>
/// <para>Croce and Hein 2020 (AutoAttack), eq. 6 and 7; π sorts the logits downwards. Unchanged when all logits are shifted or scaled. Shapes: logits [N, K] with
/// K ≥ 3, targeted K ≥ 4; labels, targets [N]; loss [N].</para>
/// <para>As in the authors' code, 10⁻¹² (rounded to T) is added to the denominator: it changes no float denominator above 10⁻⁴, and where the top logits
/// are equal (denominator 0) loss and gradient stay finite: the loss is 0 if the label is among the equals.</para>
/// <para>Order, every operation rounded to T: numerator z_y − z_rival (or z_t); denominator (z_π1 − z_π3) + 10⁻¹², or (z_π1 − (z_π3 + z_π4)·½) + 10⁻¹²; loss
/// −(numerator/denominator). Gradient: a = factor/denominator goes to the rival and is taken from the label; b = a·loss is taken from π1 and goes to
/// π3 (targeted: b·½ to each of π3 and π4); added to +0 in this order: label, rival, π1, π3, π4. Equal logits are sorted by ascending class, and the
/// gradient is that of this order, a subgradient. A NaN sorts first, so that it shows; ±∞ give NaN.</para>
/// </remarks>
public static class DlrLoss
{
    private const double DenominatorFloor = 1e-12;

    /// <summary>The loss of each image.</summary>
    /// <exception cref="ArgumentException">Shapes disagree, there are fewer than 3 classes, or a label is no class.</exception>
    public static void Forward<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.RequireLabelled("dlr", logits, labels, 3);
        Require.Vector("dlr C4", nameof(perImage), perImage, labels.Length);
        for (int n = 0; n < labels.Length; n++)
        {
            perImage.Span[n] = Row<T>(logits.Image(n), labels.Span[n], -1, T.Zero, default);
        }
    }

    /// <summary>The gradient of factor·Σ loss_n.</summary>
    /// <exception cref="ArgumentException">Shapes disagree, there are fewer than 3 classes, or a label is no class.</exception>
    public static void Backward<T>(DenseTensor<T> logits, DenseTensor<int> labels, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.RequireLabelled("dlr", logits, labels, 3);
        Require.SameShape("dlr C1", nameof(gradLogits), gradLogits, nameof(logits), logits);
        for (int n = 0; n < labels.Length; n++)
        {
            Row(logits.Image(n), labels.Span[n], -1, factor, gradLogits.Image(n));
        }
    }

    /// <summary>The targeted loss of each image.</summary>
    /// <exception cref="ArgumentException">Shapes disagree, there are fewer than 4 classes, a label or target is no class, or a target is its label.</exception>
    public static void ForwardTargeted<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<int> targets, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckTargets(logits, labels, targets);
        Require.Vector("targeted dlr C4", nameof(perImage), perImage, labels.Length);
        for (int n = 0; n < labels.Length; n++)
        {
            perImage.Span[n] = Row<T>(logits.Image(n), labels.Span[n], targets.Span[n], T.Zero, default);
        }
    }

    /// <summary>The gradient of factor·Σ targeted loss_n.</summary>
    /// <exception cref="ArgumentException">Shapes disagree, there are fewer than 4 classes, a label or target is no class, or a target is its label.</exception>
    public static void BackwardTargeted<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<int> targets, T factor, DenseTensor<T> gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckTargets(logits, labels, targets);
        Require.SameShape("targeted dlr C1", nameof(gradLogits), gradLogits, nameof(logits), logits);
        for (int n = 0; n < labels.Length; n++)
        {
            Row(logits.Image(n), labels.Span[n], targets.Span[n], factor, gradLogits.Image(n));
        }
    }

    /// <summary>One image; a target of −1 means untargeted, an empty gradient that none is wanted.</summary>
    private static T Row<T>(ReadOnlySpan<T> z, int label, int target, T factor, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool targeted = target >= 0;
        T half = T.CreateChecked(0.5);
        Span<int> top = stackalloc int[4];
        Top(z, targeted ? top : top[..3]);
        int rival = targeted ? target : MarginLoss.Rival(z, label);
        T lower = targeted ? (z[top[2]] + z[top[3]]) * half : z[top[2]];
        T denominator = z[top[0]] - lower + T.CreateChecked(DenominatorFloor);
        T loss = -((z[label] - z[rival]) / denominator);
        if (!gradient.IsEmpty)
        {
            T a = factor / denominator;
            T b = a * loss;
            gradient.Clear();
            gradient[label] -= a;
            gradient[rival] += a;
            gradient[top[0]] -= b;
            gradient[top[2]] += targeted ? b * half : b;
            if (targeted)
            {
                gradient[top[3]] += b * half;
            }
        }

        return loss;
    }

    /// <summary>The classes of the largest logits, downwards; equals by ascending class, NaN first.</summary>
    private static void Top<T>(ReadOnlySpan<T> z, Span<int> top)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int found = 0;
        for (int j = 0; j < z.Length; j++)
        {
            int place = found;
            while (place > 0 && Above(z[j], z[top[place - 1]]))
            {
                place--;
            }

            if (place < top.Length)
            {
                found = Math.Min(found + 1, top.Length);
                for (int i = found - 1; i > place; i--)
                {
                    top[i] = top[i - 1];
                }

                top[place] = j;
            }
        }
    }

    private static bool Above<T>(T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => left > right || (T.IsNaN(left) && !T.IsNaN(right));

    private static void CheckTargets<T>(DenseTensor<T> logits, DenseTensor<int> labels, DenseTensor<int> targets)
        where T : unmanaged
    {
        Logits.RequireLabelled("targeted dlr", logits, labels, 4);
        Logits.RequireLabels("targeted dlr", nameof(targets), targets, labels.Length, logits.Shape[1]);
        for (int n = 0; n < labels.Length; n++)
        {
            if (labels.Span[n] == targets.Span[n])
            {
                throw new ArgumentException($"targeted dlr C5: targets[{n}] = {targets.Span[n]} is the image's label", nameof(targets));
            }
        }
    }
}

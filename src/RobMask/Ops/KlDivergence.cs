using System.Numerics;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>KL(p ‖ q) of each image with p = softmax(reference), q = softmax(logits): Σ_j p_j·(ℓp_j − ℓq_j).</summary>
/// <remarks>
/// <para>The second term of TRADES (Zhang et al. 2019, eq. 5); PyTorch: <c>kl_div(log_softmax(logits), softmax(reference), 'none').sum(1)</c>. Shapes:
/// [N, K], loss [N].</para>
/// <para>Order: ℓp, ℓq as <see cref="LogSoftmax"/>, p = exp(ℓp) rounded to T; d_j = ℓp_j − ℓq_j rounded to T; the loss is <see cref="LaneSum.Dot"/> of p
/// and d, rounded once to T; a term with p_j = 0 is 0 whatever ℓ is. Gradients: of logits: factor·(q_j − p_j); of the reference:
/// factor·(p_j·(d_j − loss)), with loss rounded to T; each operation rounded. TRADES needs both.</para>
/// <para>NaN or +∞ in a row of either makes that image's loss and gradients NaN. Equal rows give +0 and zero gradients exactly.</para>
/// </remarks>
public static class KlDivergence
{
    /// <summary>The divergence of each image.</summary>
    /// <param name="reference">[N, K].</param>
    /// <param name="logits">[N, K].</param>
    /// <param name="perImage">[N].</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> reference, DenseTensor<T> logits, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.Require("kl divergence", nameof(reference), reference, nameof(logits), logits);
        Require.Vector("kl divergence C3", nameof(perImage), perImage, logits.Shape[0]);
        for (int n = 0; n < logits.Shape[0]; n++)
        {
            perImage.Span[n] = Row<T>(reference.Image(n), logits.Image(n), out _, out _);
        }
    }

    /// <summary>The gradients of factor·Σ loss_n.</summary>
    /// <param name="reference">[N, K].</param>
    /// <param name="logits">[N, K].</param>
    /// <param name="factor">1/N for a mean.</param>
    /// <param name="gradReference">[N, K], or null; no other tensor of this call.</param>
    /// <param name="gradLogits">[N, K], or null; no other tensor of this call.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> reference, DenseTensor<T> logits, T factor, DenseTensor<T>? gradReference, DenseTensor<T>? gradLogits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.Require("kl divergence", nameof(reference), reference, nameof(logits), logits);
        if (gradReference is not null)
        {
            Require.SameShape("kl divergence C1", nameof(gradReference), gradReference, nameof(logits), logits);
        }

        if (gradLogits is not null)
        {
            Require.SameShape("kl divergence C1", nameof(gradLogits), gradLogits, nameof(logits), logits);
        }

        for (int n = 0; n < logits.Shape[0]; n++)
        {
            T loss = Row<T>(reference.Image(n), logits.Image(n), out Span<T> logP, out Span<T> logQ);
            for (int j = 0; j < logP.Length; j++)
            {
                T p = Logits.Exp(logP[j]);
                if (gradLogits is not null)
                {
                    gradLogits.Image(n)[j] = factor * (Logits.Exp(logQ[j]) - p);
                }

                if (gradReference is not null)
                {
                    gradReference.Image(n)[j] = factor * (p == T.Zero ? T.Zero : p * (logP[j] - logQ[j] - loss));
                }
            }
        }
    }

    private static T Row<T>(ReadOnlySpan<T> reference, ReadOnlySpan<T> logits, out Span<T> logP, out Span<T> logQ)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        logP = RowScratch<T>.Row(0, reference.Length);
        logQ = RowScratch<T>.Row(1, reference.Length);
        Logits.LogSoftmax(reference, logP);
        Logits.LogSoftmax(logits, logQ);
        Span<double> scratch = DoubleScratch.Doubles(2 * reference.Length);
        Span<double> p = scratch[..reference.Length];
        Span<double> d = scratch[reference.Length..];
        for (int j = 0; j < p.Length; j++)
        {
            p[j] = Real.ToDouble(Logits.Exp(logP[j]));
            d[j] = p[j] == 0 ? 0 : Real.ToDouble(logP[j] - logQ[j]);
        }

        return Real.FromDouble<T>(LaneSum.Dot<double>(p, d));
    }
}

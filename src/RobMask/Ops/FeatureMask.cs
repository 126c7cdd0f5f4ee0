using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The feature mask m = 1[z &gt; 0] that rescaling and ReLU form together, and how open it leaves each channel; exact.</summary>
/// <remarks>h = ReLU(z) = m ⊙ z. NaN and ±0 are closed. Shapes: z [N, C, H, W] or [N, C].</remarks>
public static class FeatureMask
{
    /// <summary>m_i = z_i &gt; 0.</summary>
    /// <param name="input">z, any shape.</param>
    /// <param name="mask">m, as many elements.</param>
    /// <exception cref="ArgumentException">The mask has another length.</exception>
    public static void Forward<T>(DenseTensor<T> input, Span<bool> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.Length != input.Length)
        {
            throw new ArgumentException($"feature mask C1: {mask.Length} bits for {input.Shape} of {input.Length} elements", nameof(mask));
        }

        ReadOnlySpan<T> z = input.Span;
        for (int i = 0; i < z.Length; i++)
        {
            mask[i] = z[i] > T.Zero;
        }
    }

    /// <summary>The openness of each channel: the fraction of its N·H·W positions with z &gt; 0, one division in double.</summary>
    /// <param name="input">z, [N, C, H, W] or [N, C].</param>
    /// <param name="openness">[C].</param>
    /// <exception cref="ArgumentException">The openness has another length than C.</exception>
    public static void Openness<T>(DenseTensor<T> input, Span<double> openness)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Planes.Of("feature mask C1", nameof(input), input.Shape);
        if (openness.Length != planes.Channels)
        {
            throw new ArgumentException($"feature mask C2: {openness.Length} values for {planes.Channels} channels of {input.Shape}", nameof(openness));
        }

        for (int c = 0; c < planes.Channels; c++)
        {
            long open = 0;
            for (int n = 0; n < planes.Images; n++)
            {
                foreach (T z in input.Span.Slice(planes.Start(n, c), planes.Length))
                {
                    open += z > T.Zero ? 1 : 0;
                }
            }

            openness[c] = open / (double)planes.PerChannel;
        }
    }
}

using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Rescaling: z = γ·x̂ + β per channel, or per image and channel; the second half of batch normalisation, and the mask of a layer.</summary>
/// <remarks>
/// <para>Shapes: x̂, z [N, C, H, W] or [N, C]; γ, β both [C] or both [N, C]. A destination may be its source.</para>
/// <para>Element: z = fma(γ, x̂, β), one rounding. Gradients: of x̂: g·γ, one rounding. Of γ: Σ g·x̂, of β: Σ g; of each plane by <see cref="LaneSum"/>; for γ, β of
/// shape [C] the planes of a channel are added in the tree over n of <see cref="Moments"/>; rounded once from double to T.</para>
/// <para>NaN and ±∞ follow IEEE 754: 0·∞ is NaN, so γ = 0 does not silence an infinite x̂.</para>
/// </remarks>
public static class Rescale
{
    /// <summary>z = fma(γ, x̂, β).</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> gamma, DenseTensor<T> beta, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Planes planes, bool perImage) = Checked(nameof(input), input, nameof(gamma), gamma);
        Require.SameShape("rescale C1", nameof(output), output, nameof(input), input);
        Require.SameShape("rescale C2", nameof(beta), beta, nameof(gamma), gamma);
        Workers.For(planes.Parts, new ChannelMapJob<T, Affine<T>>(planes, input, gamma, beta, perImage, output));
    }

    /// <summary>The gradient of x̂: g·γ.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void BackwardInput<T>(DenseTensor<T> gradOutput, DenseTensor<T> gamma, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Planes planes, bool perImage) = Checked(nameof(gradOutput), gradOutput, nameof(gamma), gamma);
        Require.SameShape("rescale C1", nameof(gradInput), gradInput, nameof(gradOutput), gradOutput);
        Workers.For(planes.Parts, new ChannelMapJob<T, Product<T>>(planes, gradOutput, gamma, gamma, perImage, gradInput));
    }

    /// <summary>The gradients of γ and β, of their shape: [C] or [N, C].</summary>
    /// <param name="input">x̂, what the forward pass read.</param>
    /// <param name="gradOutput">g, the gradient of z.</param>
    /// <param name="gradGamma">Σ g·x̂.</param>
    /// <param name="gradBeta">Σ g.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void BackwardMask<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradGamma, DenseTensor<T> gradBeta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Planes planes, bool perImage) = Checked(nameof(gradOutput), gradOutput, nameof(gradGamma), gradGamma);
        Require.SameShape("rescale C1", nameof(input), input, nameof(gradOutput), gradOutput);
        Require.SameShape("rescale C2", nameof(gradBeta), gradBeta, nameof(gradGamma), gradGamma);
        if (perImage)
        {
            Workers.For(planes.Images, new ImageMaskGradientJob<T>(planes, input, gradOutput, gradGamma, gradBeta));
        }
        else
        {
            (Memory<double> sums, Memory<double> products) = PlaneSumsJob<T>.OfChannels(planes, gradOutput, input);
            for (int c = 0; c < planes.Channels; c++)
            {
                gradGamma.Span[c] = Real.FromDouble<T>(products.Span[c]);
                gradBeta.Span[c] = Real.FromDouble<T>(sums.Span[c]);
            }
        }
    }

    private static (Planes Planes, bool PerImage) Checked<T>(string name, DenseTensor<T> tensor, string maskName, DenseTensor<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Planes.Of("rescale C1", name, tensor.Shape);
        return (planes, IsPerImage("rescale C2", planes, maskName, mask));
    }

    /// <summary>Whether a mask is [N, C], else it is [C].</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    internal static bool IsPerImage<T>(string rule, Planes planes, string maskName, DenseTensor<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool perImage = mask.Shape.Rank == 2;
        return mask.Shape.Rank is 1 or 2 && mask.Shape[mask.Shape.Rank - 1] == planes.Channels && (!perImage || mask.Shape[0] == planes.Images)
            ? perImage
            : throw new ArgumentException($"{rule}: {maskName} is {mask.Shape}, it must be [{planes.Channels}] or [{planes.Images}, {planes.Channels}]", maskName);
    }

    private readonly struct Affine<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => T.FusedMultiplyAdd(a, x, b);

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => Real.FusedMultiplyAdd(a, x, b);
    }

    private readonly struct ImageMaskGradientJob<T>(Planes planes, DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradGamma, DenseTensor<T> gradBeta) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int n = index;
            for (int c = 0; c < planes.Channels; c++)
            {
                ReadOnlySpan<T> g = gradOutput.Span.Slice(planes.Start(n, c), planes.Length);
                gradGamma.Span[(n * planes.Channels) + c] = Real.FromDouble<T>(LaneSum.Dot(g, input.Span.Slice(planes.Start(n, c), planes.Length)));
                gradBeta.Span[(n * planes.Channels) + c] = Real.FromDouble<T>(LaneSum.Sum(g));
            }
        }
    }
}

using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Rescaling by a mixture of k primary masks, one mixture for each image: γ_n = Σ_i u_{n,i}·γ_i, β_n = Σ_i u_{n,i}·β_i.</summary>
/// <remarks>
/// <para>Adversarial masking's mask for a specific perturbation. Shapes: primary γ_i, β_i [k, C]; coefficients u [N, k]; mixed [N, C];
/// x̂, z [N, C, H, W] or [N, C].</para>
/// <para>Mixture: one chain acc = fma(u_i, γ_i, acc) from +0 over ascending i. So a one-hot u gives that primary mask exactly (−0 becomes +0),
/// and scaling u or all γ_i by a power of two scales the mixture exactly, while nothing underflows.</para>
/// <para>Gradients, in double and rounded once to T: of γ_i: Σ_n u_{n,i}·gγ_n as <see cref="LaneSum.Dot"/> over n; of u_{n,i}: the
/// <see cref="LaneSum.Dot"/> over c of gγ_n and γ_i plus that of gβ_n and β_i.</para>
/// <para>NaN and ±∞ follow IEEE 754: a coefficient of 0 does not silence an infinite primary mask.</para>
/// </remarks>
public static class MixedRescale
{
    /// <summary>Mixes the primary masks of every image.</summary>
    /// <param name="primary">γ_i or β_i, [k, C].</param>
    /// <param name="coefficients">u [N, k].</param>
    /// <param name="mixed">γ_n or β_n, [N, C].</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Mix<T>(DenseTensor<T> primary, DenseTensor<T> coefficients, DenseTensor<T> mixed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int k, int channels, int images) = Checked(nameof(primary), primary, nameof(coefficients), coefficients, nameof(mixed), mixed);
        for (int n = 0; n < images; n++)
        {
            Span<T> row = mixed.Span.Slice(n * channels, channels);
            row.Clear();
            for (int i = 0; i < k; i++)
            {
                T u = coefficients.Span[(n * k) + i];
                RowMap.Apply<T, Accumulate<T>>(primary.Span.Slice(i * channels, channels), row, u, u, u, row);
            }
        }
    }

    /// <summary>The gradient of the primary masks.</summary>
    /// <param name="gradMixed">The gradient of γ_n or β_n, [N, C].</param>
    /// <param name="coefficients">u [N, k].</param>
    /// <param name="gradPrimary">The gradient of γ_i or β_i, [k, C].</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void BackwardPrimary<T>(DenseTensor<T> gradMixed, DenseTensor<T> coefficients, DenseTensor<T> gradPrimary)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Checked(nameof(gradPrimary), gradPrimary, nameof(coefficients), coefficients, nameof(gradMixed), gradMixed);
        Workers.For(gradMixed.Shape[1], new PrimaryGradientJob<T>(gradMixed, coefficients, gradPrimary));
    }

    /// <summary>The gradient of the coefficients.</summary>
    /// <param name="gradMixedGamma">The gradient of γ_n, [N, C].</param>
    /// <param name="gammas">γ_i, [k, C].</param>
    /// <param name="gradMixedBeta">The gradient of β_n, [N, C].</param>
    /// <param name="betas">β_i, [k, C].</param>
    /// <param name="gradCoefficients">The gradient of u, [N, k].</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void BackwardCoefficients<T>(DenseTensor<T> gradMixedGamma, DenseTensor<T> gammas, DenseTensor<T> gradMixedBeta, DenseTensor<T> betas, DenseTensor<T> gradCoefficients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int k, int channels, int images) = Checked(nameof(gammas), gammas, nameof(gradCoefficients), gradCoefficients, nameof(gradMixedGamma), gradMixedGamma);
        Require.SameShape("mixture C3", nameof(betas), betas, nameof(gammas), gammas);
        Require.SameShape("mixture C3", nameof(gradMixedBeta), gradMixedBeta, nameof(gradMixedGamma), gradMixedGamma);
        for (int n = 0; n < images; n++)
        {
            for (int i = 0; i < k; i++)
            {
                double gamma = LaneSum.Dot<T>(gradMixedGamma.Span.Slice(n * channels, channels), gammas.Span.Slice(i * channels, channels));
                double beta = LaneSum.Dot<T>(gradMixedBeta.Span.Slice(n * channels, channels), betas.Span.Slice(i * channels, channels));
                gradCoefficients.Span[(n * k) + i] = Real.FromDouble<T>(gamma + beta);
            }
        }
    }

    /// <summary>Mixes the primary masks of every image and rescales by them: z = fma(γ_n, x̂, β_n).</summary>
    /// <param name="input">x̂.</param>
    /// <param name="gammas">γ_i, [k, C].</param>
    /// <param name="betas">β_i, [k, C].</param>
    /// <param name="coefficients">u [N, k].</param>
    /// <param name="mixedGamma">γ_n, [N, C]: kept for the gradient.</param>
    /// <param name="mixedBeta">β_n, [N, C].</param>
    /// <param name="output">z; may be <paramref name="input"/> where no gradient is wanted.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> gammas, DenseTensor<T> betas, DenseTensor<T> coefficients, DenseTensor<T> mixedGamma, DenseTensor<T> mixedBeta, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Mix(gammas, coefficients, mixedGamma);
        Mix(betas, coefficients, mixedBeta);
        Rescale.Forward(input, mixedGamma, mixedBeta, output);
    }

    /// <summary>All gradients of <see cref="Forward"/>.</summary>
    /// <param name="input">x̂.</param>
    /// <param name="gradOutput">The gradient of z.</param>
    /// <param name="gammas">γ_i, [k, C].</param>
    /// <param name="betas">β_i, [k, C].</param>
    /// <param name="coefficients">u [N, k].</param>
    /// <param name="mixedGamma">γ_n, [N, C], what the forward pass gave.</param>
    /// <param name="gradMixedGamma">The gradient of γ_n, [N, C].</param>
    /// <param name="gradMixedBeta">The gradient of β_n, [N, C].</param>
    /// <param name="gradGammas">The gradient of γ_i, [k, C].</param>
    /// <param name="gradBetas">The gradient of β_i, [k, C].</param>
    /// <param name="gradCoefficients">The gradient of u, [N, k].</param>
    /// <param name="gradInput">The gradient of x̂; may be <paramref name="gradOutput"/>.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(
        DenseTensor<T> input,
        DenseTensor<T> gradOutput,
        DenseTensor<T> gammas,
        DenseTensor<T> betas,
        DenseTensor<T> coefficients,
        DenseTensor<T> mixedGamma,
        DenseTensor<T> gradMixedGamma,
        DenseTensor<T> gradMixedBeta,
        DenseTensor<T> gradGammas,
        DenseTensor<T> gradBetas,
        DenseTensor<T> gradCoefficients,
        DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Rescale.BackwardMask(input, gradOutput, gradMixedGamma, gradMixedBeta);
        BackwardPrimary(gradMixedGamma, coefficients, gradGammas);
        BackwardPrimary(gradMixedBeta, coefficients, gradBetas);
        BackwardCoefficients(gradMixedGamma, gammas, gradMixedBeta, betas, gradCoefficients);
        Rescale.BackwardInput(gradOutput, mixedGamma, gradInput);
    }

    private static (int Masks, int Channels, int Images) Checked<T>(string primaryName, DenseTensor<T> primary, string coefficientsName, DenseTensor<T> coefficients, string mixedName, DenseTensor<T> mixed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.Matrix("mixture C1", primaryName, primary);
        Require.Matrix("mixture C2", coefficientsName, coefficients, columns: primary.Shape[0]);
        Require.Matrix("mixture C3", mixedName, mixed, coefficients.Shape[0], primary.Shape[1]);
        return (primary.Shape[0], primary.Shape[1], coefficients.Shape[0]);
    }

    private readonly struct PrimaryGradientJob<T>(DenseTensor<T> gradMixed, DenseTensor<T> coefficients, DenseTensor<T> gradPrimary) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int c = index;
            int images = coefficients.Shape[0];
            int k = coefficients.Shape[1];
            int channels = gradMixed.Shape[1];
            Span<double> scratch = DoubleScratch.Doubles(2 * images);
            Span<double> gradient = scratch[..images];
            Span<double> u = scratch[images..];
            for (int n = 0; n < images; n++)
            {
                gradient[n] = Real.ToDouble(gradMixed.Span[(n * channels) + c]);
            }

            for (int i = 0; i < k; i++)
            {
                for (int n = 0; n < images; n++)
                {
                    u[n] = Real.ToDouble(coefficients.Span[(n * k) + i]);
                }

                gradPrimary.Span[(i * channels) + c] = Real.FromDouble<T>(LaneSum.Dot<double>(u, gradient));
            }
        }
    }

    private readonly struct Accumulate<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => T.FusedMultiplyAdd(a, x, y);

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => Real.FusedMultiplyAdd(a, x, y);
    }
}

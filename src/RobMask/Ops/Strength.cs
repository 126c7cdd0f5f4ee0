using System.Numerics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The size of each image's perturbation: (‖δ‖∞/ε_max, ‖δ‖₂/(ε_max·√d)), d elements an image; what the «strength» gate of RobMask reads.</summary>
/// <remarks>
/// <para>Shapes: δ [N, …], output [N, 2]. The largest magnitude is exact, its quotient by ε_max rounded to T; the second value is √<see cref="LaneSum.SumOfSquares"/>
/// divided by ε_max·√d, in double, rounded once to T. NaN makes both values NaN.</para>
/// <para>Gradient, a subgradient where there is none: of the first value, sign(δ_j)/ε_max at the first j of the largest magnitude; of the second,
/// δ_j/(‖δ‖₂·ε_max·√d); both 0 at δ = 0. With g the gradient of the output: δ_j times the factor g₁/(‖δ‖₂·ε_max·√d), which is computed in double and rounded once; at the one
/// j, sign(δ_j)·(g₀/ε_max), rounded, is then added.</para>
/// </remarks>
public static class Strength
{
    /// <summary>The two norms of each image.</summary>
    /// <param name="delta">δ [N, …].</param>
    /// <param name="epsilonMax">ε_max &gt; 0.</param>
    /// <param name="output">[N, 2].</param>
    /// <exception cref="ArgumentException">Shapes disagree, or ε_max is not above 0.</exception>
    public static void Forward<T>(DenseTensor<T> delta, float epsilonMax, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(delta, epsilonMax, nameof(output), output);
        Workers.For(delta.Shape[0], new ForwardJob<T>(delta, epsilonMax, output));
    }

    /// <summary>The gradient of δ.</summary>
    /// <param name="delta">δ [N, …].</param>
    /// <param name="epsilonMax">ε_max &gt; 0.</param>
    /// <param name="gradOutput">g [N, 2].</param>
    /// <param name="gradDelta">[N, …]; may be <paramref name="delta"/>.</param>
    /// <exception cref="ArgumentException">Shapes disagree, or ε_max is not above 0.</exception>
    public static void Backward<T>(DenseTensor<T> delta, float epsilonMax, DenseTensor<T> gradOutput, DenseTensor<T> gradDelta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(delta, epsilonMax, nameof(gradOutput), gradOutput);
        Require.SameShape("strength C1", nameof(gradDelta), gradDelta, nameof(delta), delta);
        Workers.For(delta.Shape[0], new BackwardJob<T>(delta, epsilonMax, gradOutput, gradDelta));
    }

    private static void Check<T>(DenseTensor<T> delta, float epsilonMax, string name, DenseTensor<T> pair)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.Matrix("strength C2", name, pair, delta.Shape[0], 2);
        if (!(epsilonMax > 0))
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"strength C3: epsilon_max = {epsilonMax} is not above 0"), nameof(epsilonMax));
        }
    }

    /// <summary>The first index of the largest magnitude; the last NaN if there is one.</summary>
    private static int Largest<T>(ReadOnlySpan<T> delta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int largest = 0;
        T magnitude = T.Abs(delta[0]);
        for (int j = 1; j < delta.Length; j++)
        {
            T candidate = T.Abs(delta[j]);
            if (!(candidate <= magnitude) && (candidate > magnitude || T.IsNaN(candidate)))
            {
                largest = j;
                magnitude = candidate;
            }
        }

        return largest;
    }

    private readonly struct ForwardJob<T>(DenseTensor<T> delta, float epsilonMax, DenseTensor<T> output) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            ReadOnlySpan<T> image = delta.Image(index);
            Span<T> pair = output.Image(index);
            pair[0] = T.Abs(image[Largest(image)]) / Real.FromDouble<T>(epsilonMax);
            pair[1] = Real.FromDouble<T>(Math.Sqrt(LaneSum.SumOfSquares(image)) / (epsilonMax * Math.Sqrt(image.Length)));
        }
    }

    private readonly struct BackwardJob<T>(DenseTensor<T> delta, float epsilonMax, DenseTensor<T> gradOutput, DenseTensor<T> gradDelta) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            ReadOnlySpan<T> image = delta.Image(index);
            Span<T> gradient = gradDelta.Image(index);
            ReadOnlySpan<T> g = gradOutput.Image(index);
            double norm = Math.Sqrt(LaneSum.SumOfSquares(image));
            if (norm == 0)
            {
                gradient.Clear();
                return;
            }

            int largest = Largest(image);
            T atLargest = g[0] / Real.FromDouble<T>(epsilonMax);
            atLargest = T.IsNegative(image[largest]) ? -atLargest : atLargest;
            T factor = Real.FromDouble<T>(Real.ToDouble(g[1]) / (norm * epsilonMax * Math.Sqrt(image.Length)));
            RowMap.Apply<T, Product<T>>(image, image, factor, factor, factor, gradient);
            gradient[largest] += atLargest;
        }
    }
}

using System.Numerics;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>p_j = exp(x_j − M) / Σ_i exp(x_i − M), M the largest of the row.</summary>
/// <remarks>
/// <para>PyTorch: <c>softmax</c> over the last dimension. Shapes: [N, K]. A destination may be its source.</para>
/// <para>Order: x − M rounded to T; exp rounded to T (<see cref="Elementary"/>); the sum by <see cref="LaneSum.Sum"/> in double, rounded once to T;
/// the quotient rounded to T. Gradient: p_j·(g_j − s), s = <see cref="LaneSum.Dot"/> of g and p rounded once to T.</para>
/// <para>A NaN or +∞ in a row makes the whole row NaN, as in PyTorch; −∞ gives +0 unless the whole row is −∞, which gives NaN. exp may underflow to subnormals and +0.</para>
/// </remarks>
public static class Softmax
{
    /// <summary>The softmax of each row.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.Require("softmax", nameof(input), input, nameof(output), output);
        for (int n = 0; n < input.Shape[0]; n++)
        {
            ReadOnlySpan<T> x = input.Image(n);
            Span<T> p = output.Image(n);
            T maximum = Logits.Maximum(x);
            for (int j = 0; j < x.Length; j++)
            {
                p[j] = Logits.Exp(x[j] - maximum);
            }

            T sum = Real.FromDouble<T>(LaneSum.Sum<T>(p));
            for (int j = 0; j < p.Length; j++)
            {
                p[j] /= sum;
            }
        }
    }

    /// <summary>The gradient of x.</summary>
    /// <param name="output">p, what the forward pass gave.</param>
    /// <param name="gradOutput">g, the gradient of p.</param>
    /// <param name="gradInput">The gradient of x.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> output, DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.Require("softmax", nameof(output), output, nameof(gradOutput), gradOutput);
        Logits.Require("softmax", nameof(output), output, nameof(gradInput), gradInput);
        for (int n = 0; n < output.Shape[0]; n++)
        {
            ReadOnlySpan<T> p = output.Image(n);
            ReadOnlySpan<T> g = gradOutput.Image(n);
            Span<T> gradient = gradInput.Image(n);
            T dot = Real.FromDouble<T>(LaneSum.Dot(g, p));
            for (int j = 0; j < p.Length; j++)
            {
                gradient[j] = p[j] * (g[j] - dot);
            }
        }
    }
}

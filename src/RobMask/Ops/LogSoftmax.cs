using System.Numerics;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>ℓ_j = (x_j − M) − log Σ_i exp(x_i − M), M the largest of the row.</summary>
/// <remarks>
/// <para>PyTorch: <c>log_softmax</c> over the last dimension. Shapes: [N, K]. A destination may be its source.</para>
/// <para>Order: x − M rounded to T; exp rounded to T; the sum by <see cref="LaneSum.Sum"/> in double, rounded once to T; log rounded to T; the difference
/// rounded to T. Gradient: g_j − exp(ℓ_j)·s, s = <see cref="LaneSum.Sum"/> of g rounded once to T; exp, product and difference each rounded.</para>
/// <para>A NaN or +∞ in a row makes the whole row NaN; −∞ stays −∞ unless the whole row is.</para>
/// </remarks>
public static class LogSoftmax
{
    /// <summary>The logarithm of the softmax of each row.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.Require("log softmax", nameof(input), input, nameof(output), output);
        for (int n = 0; n < input.Shape[0]; n++)
        {
            Logits.LogSoftmax<T>(input.Image(n), output.Image(n));
        }
    }

    /// <summary>The gradient of x.</summary>
    /// <param name="output">ℓ, what the forward pass gave.</param>
    /// <param name="gradOutput">g, the gradient of ℓ.</param>
    /// <param name="gradInput">The gradient of x.</param>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> output, DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Logits.Require("log softmax", nameof(output), output, nameof(gradOutput), gradOutput);
        Logits.Require("log softmax", nameof(output), output, nameof(gradInput), gradInput);
        for (int n = 0; n < output.Shape[0]; n++)
        {
            ReadOnlySpan<T> logarithms = output.Image(n);
            ReadOnlySpan<T> g = gradOutput.Image(n);
            Span<T> gradient = gradInput.Image(n);
            T sum = Real.FromDouble<T>(LaneSum.Sum(g));
            for (int j = 0; j < g.Length; j++)
            {
                gradient[j] = g[j] - (Logits.Exp(logarithms[j]) * sum);
            }
        }
    }
}

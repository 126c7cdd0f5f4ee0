using System.Numerics.Tensors;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of sums of products: convolution, linear layers and their gradients, which are all bilinear maps.</summary>
/// <remarks>Theorems P1 to P4 of <c>docs/bounds.md</c>. The map is run in double on the values for the value, and on magnitudes for Σ|a·b|.</remarks>
internal static class ProductBound
{
    /// <summary>The section that proves these bounds.</summary>
    public const string Theorem = "P1–P4, sums of products";

    // Twice the unit roundoff of double.
    private const double DoubleRounding = 1.0 / (1L << 52);

    /// <summary>A bilinear map: writes the sums of products of two tensors.</summary>
    public delegate void BilinearMap(DenseTensor<double> left, DenseTensor<double> right, DenseTensor<double> output);

    /// <summary>Values and bounds of a bilinear map.</summary>
    /// <param name="left">One operand.</param>
    /// <param name="right">The other operand.</param>
    /// <param name="bias">One more term for each output [N, K, …], the bias of its k; or null.</param>
    /// <param name="shape">The outputs' shape.</param>
    /// <param name="terms">The most products of one output.</param>
    /// <param name="padded">Whether some outputs may meet products with padding, which not every implementation computes.</param>
    /// <param name="model">What the implementation declares.</param>
    /// <param name="map">The map, in double.</param>
    public static BoundedTensor Of(BoundedTensor left, BoundedTensor right, BoundedTensor? bias, TensorShape shape, long terms, bool padded, ArithmeticModel model, BilinearMap map)
    {
        DenseTensor<double> value = new(shape);
        map(left.Value, right.Value, value);
        DenseTensor<double> sum = new(shape);
        map(Magnitudes(left, left.Bound), Magnitudes(right, right.Bound), sum);
        DenseTensor<double>? known = null;
        if (!left.IsExact || !right.IsExact)
        {
            known = new DenseTensor<double>(shape);
            map(Magnitudes(left, null), Magnitudes(right, null), known);
        }

        Turn(value.Span, sum.Span, known is null ? default : known.Span, bias, shape, new ProductOperands(left, right, bias, terms, padded, model));
        return new BoundedTensor(value, sum);
    }

    // Sums of magnitudes become bounds, in place: these tensors are the largest there are.
    private static void Turn(Span<double> value, Span<double> sum, ReadOnlySpan<double> known, BoundedTensor? bias, TensorShape shape, in ProductOperands operands)
    {
        double factor = operands.Factor;
        double floor = operands.Floor;
        int channels = bias is null ? 1 : bias.Shape[0];
        int plane = bias is null ? value.Length : shape.Length / Math.Max(1, shape[0] * channels);
        for (int start = 0, k = 0; start < value.Length; start += plane, k = k + 1 == channels ? 0 : k + 1)
        {
            // The bias is one more term, added first, last or between, so its share is that of a product.
            Approximate b = bias is null ? 0 : bias[k];
            double share = b.Error + (operands.BiasFactor * b.Magnitude);
            for (int i = start; i < start + plane; i++)
            {
                double g = sum[i];
                double all = g + b.Magnitude;
                value[i] += b.Value;
                if (!double.IsFinite(all))
                {
                    sum[i] = operands.LeavesSpecialsOpen || (double.IsNaN(value[i]) && operands.PaddingLeavesOpen) ? double.PositiveInfinity : 0;
                    continue;
                }

                // Both sums of magnitudes are rounded in double, which the factor has room for.
                double carried = known.IsEmpty ? 0 : Math.Max(0, g - known[i]);
                sum[i] = all <= operands.ExactUpTo ? 0 : all * (1 + factor) > float.MaxValue ? double.PositiveInfinity : carried + share + (factor * all) + floor;
            }
        }
    }

    private static DenseTensor<double> Magnitudes(BoundedTensor tensor, DenseTensor<double>? bound)
    {
        DenseTensor<double> magnitudes = new(tensor.Shape);
        TensorPrimitives.Abs(tensor.Value.Span, magnitudes.Span);
        if (bound is not null)
        {
            TensorPrimitives.Add(magnitudes.Span, bound.Span, magnitudes.Span);
        }

        return magnitudes;
    }
}

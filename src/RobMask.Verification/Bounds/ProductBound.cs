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
    /// <param name="shape">The outputs' shape.</param>
    /// <param name="terms">The most products of one output.</param>
    /// <param name="padded">Whether some outputs may meet products with padding, which not every implementation computes.</param>
    /// <param name="model">What the implementation declares.</param>
    /// <param name="map">The map, in double.</param>
    public static BoundedTensor Of(BoundedTensor left, BoundedTensor right, TensorShape shape, long terms, bool padded, ArithmeticModel model, BilinearMap map)
    {
        DenseTensor<double> value = new(shape);
        map(left.Value, right.Value, value);
        DenseTensor<double> sum = new(shape);
        map(Magnitudes(left), Magnitudes(right), sum);
        DenseTensor<double>? known = null;
        if (!left.IsExact || !right.IsExact)
        {
            known = new DenseTensor<double>(shape);
            map(Magnitudes(new BoundedTensor(left.Value)), Magnitudes(new BoundedTensor(right.Value)), known);
        }

        Turn(value.Span, sum.Span, known, new Operands(left, right, terms, padded, model));
        return new BoundedTensor(value, sum);
    }

    // Sums of magnitudes become bounds, in place: these tensors are the largest there are.
    private static void Turn(ReadOnlySpan<double> value, Span<double> sum, DenseTensor<double>? known, Operands operands)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            double g = sum[i];
            if (!double.IsFinite(g))
            {
                sum[i] = operands.LeavesSpecialsOpen ? double.PositiveInfinity : 0;
                continue;
            }

            double carried = known is null ? 0 : Math.Max(0, g - known.Span[i]);
            sum[i] = operands.IsExact && g <= operands.ExactUpTo ? 0
                : g * (1 + operands.Factor) > float.MaxValue ? double.PositiveInfinity
                : carried + (operands.Factor * g) + operands.Floor;
        }

        if (operands.PaddingLeavesOpen)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] = double.IsNaN(value[i]) ? double.PositiveInfinity : sum[i];
            }
        }
    }

    private static DenseTensor<double> Magnitudes(BoundedTensor tensor)
    {
        DenseTensor<double> magnitudes = new(tensor.Shape);
        TensorPrimitives.Abs(tensor.Value.Span, magnitudes.Span);
        if (tensor.Bound is not null)
        {
            TensorPrimitives.Add(magnitudes.Span, tensor.Bound.Span, magnitudes.Span);
        }

        return magnitudes;
    }

    /// <summary>What the operands as a whole say of the bounds of all outputs.</summary>
    private readonly struct Operands
    {
        public Operands(BoundedTensor left, BoundedTensor right, long terms, bool padded, ArithmeticModel model)
        {
            OperandRange a = OperandRange.Of(left);
            OperandRange b = OperandRange.Of(right);
            double r = model.OperandRounding;
            double operand = (2 * r) + (r * r);
            Factor = operand + ((1 + operand) * model.Accumulation(terms)) + ((terms + 4) * DoubleRounding);
            Floor = terms * (model.Underflow + (model.OperandFloor * (1 + a.Greatest + b.Greatest)));
            bool overflows = a.Greatest > model.OperandGreatest || b.Greatest > model.OperandGreatest;
            if (overflows || double.IsInfinity(model.Accumulation(terms)))
            {
                Floor = double.PositiveInfinity;
            }

            double unit = a.Granularity * b.Granularity;
            IsExact = model == ArithmeticModel.Fp32 && left.IsExact && right.IsExact && unit >= Math.ScaleB(1, -149);
            ExactUpTo = Math.Min(unit * (1 << 24), float.MaxValue);
            LeavesSpecialsOpen = terms * a.Greatest * b.Greatest > float.MaxValue || overflows;
            PaddingLeavesOpen = padded && (a.HasSpecials || b.HasSpecials);
        }

        /// <summary>Bound for each unit of Σ|a·b|, and beside that.</summary>
        public double Factor { get; }

        /// <inheritdoc cref="Factor"/>
        public double Floor { get; }

        /// <summary>Whether sums up to <see cref="ExactUpTo"/> are exact in any order.</summary>
        public bool IsExact { get; }

        /// <inheritdoc cref="IsExact"/>
        public double ExactUpTo { get; }

        /// <summary>Whether finite partial sums beside a NaN or an infinity might overflow.</summary>
        public bool LeavesSpecialsOpen { get; }

        /// <summary>Whether a NaN may come from a product of padding with an infinite or NaN operand.</summary>
        public bool PaddingLeavesOpen { get; }
    }
}

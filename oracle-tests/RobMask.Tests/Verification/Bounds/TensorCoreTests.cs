using RobMask.Tests.Spec;
using RobMask.Verification.Bounds;
using Xunit;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Emulated tensor cores: operands rounded or cut, blocks aligned to the largest exponent and cut to F bits, results cut to float (Fasi et al. 2021).</summary>
public sealed class TensorCoreTests
{
    [Theory]
    [InlineData("tf32", 4, 24)]
    [InlineData("tf32", 8, 25)]
    [InlineData("fp16", 4, 23)]
    [InlineData("fp16", 16, 25)]
    [InlineData("bf16", 8, 24)]
    [InlineData("bf16", 16, 25)]
    public void Truncating_blocks_are_within_their_model(string precision, int block, int fraction)
    {
        ArithmeticModel model = ArithmeticModel.Find(precision);
        for (int i = 0; i < 2000; i++)
        {
            Draw draw = new(unchecked(Draw.RunSeed + (i * 7919)));
            int terms = draw.Between(1, 70);
            bool positive = draw.Chance(0.5);
            bool fits = draw.Chance(0.3);
            float scale = draw.Of(1f, 1f, 1e-6f, 1e-20f);
            float[] a = Values(draw, terms, positive, 1);
            float[] b = Values(draw, terms, positive, scale);
            if (fits)
            {
                a = [.. a.Select(x => Operand(x, precision, cut: true))];
                b = [.. b.Select(x => Operand(x, precision, cut: true))];
            }

            bool cut = precision == "tf32" && draw.Chance(0.5);
            float got = Product([.. a.Select(x => Operand(x, precision, cut))], [.. b.Select(x => Operand(x, precision, cut))], block, fraction);
            BoundCase one = new BoundCase("linear", draw, Manner.Ordinary).Input("input", a, 1, terms).Input("weight", b, 1, terms);
            BoundedOutput bound = OperationBounds.Compute(one.Request, model)[0];
            Assert.False(Within.IsBroken(bound, [got]), $"{one}: {got:R}, value {bound.Tensor.Value.Span[0]:R}, bound {bound.Tensor.Bound!.Span[0]:R}");
        }
    }

    private static float[] Values(Draw draw, int count, bool positive, float scale) => [.. Enumerable.Range(0, count).Select(_ => scale * (positive ? draw.Float(0.5, 1) : draw.Float(-2, 2)))];

    private static float Operand(float x, string precision, bool cut)
    {
        if (precision == "fp16")
        {
            return (float)(Half)x;
        }

        int dropped = precision == "tf32" ? 13 : 16;
        int bits = BitConverter.SingleToInt32Bits(x);
        int half = cut ? 0 : (1 << (dropped - 1)) - 1 + ((bits >> dropped) & 1);
        return BitConverter.Int32BitsToSingle((bits + half) & ~((1 << dropped) - 1));
    }

    private static float Product(float[] a, float[] b, int block, int fraction)
    {
        double sum = 0;
        for (int start = 0; start < a.Length; start += block)
        {
            double[] addends = [sum, .. Enumerable.Range(start, Math.Min(block, a.Length - start)).Select(i => (double)a[i] * b[i])];
            double greatest = addends.Max(Math.Abs);
            if (greatest == 0)
            {
                continue;
            }

            double unit = Math.ScaleB(1, Math.ILogB(greatest) - fraction);
            double exact = addends.Sum(x => Math.Truncate(x / unit) * unit);
            sum = TowardZero(exact);
        }

        return (float)sum;
    }

    private static double TowardZero(double x)
    {
        float rounded = (float)x;
        return Math.Abs(rounded) > Math.Abs(x) ? rounded > 0 ? MathF.BitDecrement(rounded) : MathF.BitIncrement(rounded) : rounded;
    }
}

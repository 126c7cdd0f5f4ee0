using RobMask.Tensors;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

public sealed class BiasTests
{
    private static readonly OperationRequest Request = Judging.Request(
        "conv2d", [("input", TestTensors.Normal<float>(31, 24, 8, 6, 6)), ("weight", TestTensors.Normal<float>(32, 32, 8, 3, 3))], "padding=1");

    [Fact]
    public void Truncation_leans_toward_zero_and_is_said_without_a_verdict()
    {
        DenseTensor<double> value = (DenseTensor<double>)OperationCatalog.Run(Request with { Precision = OperationPrecision.F64 })[0].Tensor;
        DenseTensor<float> cut = new(value.Shape);
        for (int i = 0; i < cut.Length; i++)
        {
            float nearest = (float)value.Span[i];
            cut.Span[i] = Math.Abs(nearest) > Math.Abs(value.Span[i]) ? BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(nearest) - 1) : nearest;
        }

        TensorVerdict verdict = Judging.Of(Request, "output", cut);
        Assert.Equal(Verdict.Within, verdict.Verdict);
        Assert.Contains("toward zero", verdict.BiasRemark, StringComparison.Ordinal);
        Assert.True(verdict.BiasFromZero < -100);
        Assert.InRange(verdict.Bias, -6, 6);
    }

    [Fact]
    public void Rounding_to_nearest_does_not_lean()
    {
        TensorVerdict verdict = Judging.Of(Request, "output", Planted.Unfused(Request));
        Assert.Equal(Verdict.Within, verdict.Verdict);
        Assert.Null(verdict.BiasRemark);
        Assert.InRange(verdict.Bias, -6, 6);
        Assert.InRange(verdict.BiasFromZero, -6, 6);
    }

    [Fact]
    public void Errors_that_one_channel_shares_are_not_taken_for_a_bias()
    {
        BiasSums[] planes = new BiasSums[24 * 32];
        for (int i = 0; i < planes.Length; i++)
        {
            // A hundred errors of one sign a channel, the sign drawn once for each channel.
            for (int j = 0; j < 100; j++)
            {
                planes[i].Add(i % 32 % 3 == 0 ? -1 : 0.9, 1);
            }
        }

        (double bias, _, string? remark) = BiasTest.Of(new TensorShape(24, 32, 10, 10), planes);
        Assert.True(bias > BiasTest.Element);
        Assert.Null(remark);
    }

    [Fact]
    public void Scores_of_fair_signs_have_variance_one_whatever_the_sizes()
    {
        // 2,000 sums of 64 errors whose sizes span six powers of ten; the mean of z² is 1 with a standard deviation of about √(2/2000) = 0.03.
        double squares = 0;
        DenseTensor<float> numbers = TestTensors.Normal<float>(33, 2000, 64);
        for (int n = 0; n < 2000; n++)
        {
            BiasSums[] sums = new BiasSums[1];
            for (int i = 0; i < 64; i++)
            {
                sums[0].Add(Math.Pow(10, i % 7) * numbers.Span[(n * 64) + i], i - 32);
            }

            double z = BiasTest.Of(new TensorShape(64), sums).Bias;
            squares += z * z / 2000;
        }

        Assert.InRange(squares, 0.9, 1.1);
    }
}

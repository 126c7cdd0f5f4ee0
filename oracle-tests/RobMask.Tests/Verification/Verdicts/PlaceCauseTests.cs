using RobMask.Tensors;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

/// <summary>Where errors are, and which relation they have to the values.</summary>
public sealed class PlaceCauseTests
{
    private static readonly OperationRequest Relu = Judging.Request("relu", [("input", Judging.Map(TestTensors.Normal<float>(5, 4, 6, 8, 8), x => Math.Abs(x) + 1))]);
    private static readonly DenseTensor<float> Right = Judging.Right(Relu, "output");

    [Fact]
    public void One_element() => Assert.Equal("one element, [1, 0, 0, 3]", Cause((x, i) => i == 387 ? x + 1 : x));

    [Fact]
    public void One_channel() => Assert.Equal("only channel 2: all of it", Cause((x, i) => i / 64 % 6 == 2 ? (x * 1.5f) + (i % 7) : x));

    [Fact]
    public void One_image_and_row() => Assert.Equal("only image 3, row 1: all of it", Cause((x, i) => i / 384 == 3 && i / 8 % 8 == 1 ? (x * 1.5f) + (i % 7) : x));

    [Fact]
    public void The_border() => Assert.Equal("only the border of the planes", Cause((x, i) => i / 8 % 8 is 0 or 7 || i % 8 is 0 or 7 ? (x * x) + (i % 5) : x));

    [Fact]
    public void Two_rows_are_no_border() => Assert.Null(Cause((x, i) => i / 8 % 8 is 0 or 1 ? (x * x) + (i % 5) : x));

    [Fact]
    public void Regular_lanes() => Assert.Equal("only every 32nd element from 5 on: all of it", Cause((x, i) => i % 32 == 5 ? (x * x) + (i % 5) : x));

    [Fact]
    public void Lost_updates() => Assert.StartsWith("scattered, one element in", Cause((x, i) => i * 7919 % 97 == 1 ? (x * x) + (i % 5) : x), StringComparison.Ordinal);

    [Fact]
    public void A_block_of_memory() => Assert.Equal("only elements 701 to 899 in memory: all of it", Cause((x, i) => i is > 700 and < 900 ? (x * x) + (i % 5) : x));

    [Fact]
    public void A_constant_scale() => Assert.Equal("1/8 (H of input) times the value", Cause((x, _) => x / 8));

    [Fact]
    public void A_wrong_sign() => Assert.Equal("−1 times the value", Cause((x, _) => -x));

    [Fact]
    public void A_scale_in_one_place() => Assert.Equal("twice the value (only channel 1: all of it)", Cause((x, i) => i / 64 % 6 == 1 ? 2 * x : x));

    [Fact]
    public void A_transposition() => Assert.Equal("transposed: dimensions 2 and 3 are exchanged", Cause((_, i) => Right.Span[(i / 64 * 64) + (i % 8 * 8) + (i / 8 % 8)]));

    [Fact]
    public void The_next_row() => Assert.Equal("the value of the next row", Cause((_, i) => Right.Span[(i / 64 * 64) + (((i / 8 % 8) + 1) % 8 * 8) + (i % 8)]));

    [Fact]
    public void Zeros() => Assert.Equal("zeros in place of values (only image 2: all of it)", Cause((x, i) => i / 384 == 2 ? 0 : x));

    [Fact]
    public void A_constant_added() => Assert.Equal("0.25 added to every value", Judging.Of(Exact, "output", Judging.Map(Judging.Right(Exact, "output"), x => x + 0.25f)).Cause);

    [Fact]
    public void Nothing_is_named_where_errors_have_no_pattern() =>
        Assert.Null(Cause((x, i) => i * 31 % 7 < 3 ? x + 1 + (i * 17 % 13 * 0.1f) : x));

    private static readonly OperationRequest Exact = Judging.Request("relu", [("input", Judging.Map(TestTensors.Normal<float>(6, 4, 6, 8, 8), x => MathF.Round(Math.Abs(x) * 64) / 64))]);

    private static string? Cause(Func<float, int, float> fault)
    {
        TensorVerdict verdict = Judging.Of(Relu, "output", Judging.Map(Right, fault));
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        return verdict.Cause;
    }
}

using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

public sealed class JudgeTests
{
    [Fact]
    public void The_profiles_own_bits_are_bitwise()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Judging.Right(request, "output"));
        Assert.Equal(Verdict.Bitwise, verdict.Verdict);
        Assert.Equal(verdict.Shape.Length, verdict.BitwiseCount);
        Assert.Null(verdict.Cause);
        Assert.InRange(verdict.Gauge, 0, 1);
    }

    [Fact]
    public void Numbers_stored_as_integers_are_wrong_though_their_values_are_right()
    {
        OperationRequest request = Judging.Request("relu", [("input", DenseTensor<float>.From([-1, 0, 3], 3))]);
        TensorVerdict verdict = Judging.Of(request, "output", DenseTensor<long>.From([0, 0, 3], 3));
        Assert.Equal((Verdict.Wrong, "its element type is I64; expected F32, F64, F16, BF16"), (verdict.Verdict, verdict.Mismatch));
        Assert.Null(verdict.Cause);
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, "output", DenseTensor<float>.From([0, 0, 3], 3)).Verdict);
    }

    [Fact]
    public void One_element_outside_is_wrong_though_a_model_covers_it()
    {
        OperationRequest request = Judging.Convolution();
        DenseTensor<float> got = Planted.Unfused(request);
        DenseTensor<float> rounded = Planted.Rounded(request, "tf32");
        int worst = Enumerable.Range(0, got.Length).MaxBy(i => Math.Abs(got.Span[i] - rounded.Span[i]));
        got.Span[worst] = rounded.Span[worst];
        TensorVerdict verdict = Judging.Of(request, "output", got);
        Assert.Equal((Verdict.Wrong, 1L), (verdict.Verdict, verdict.OutsideCount));
        Assert.StartsWith("one element", verdict.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_normalised_output_shifted_within_its_bound_is_remarked_and_the_right_one_is_not()
    {
        OperationRequest request = Judging.Request("normalize", [("input", TestTensors.Normal<float>(5, 32, 4, 16, 16))], "training=true");
        DenseTensor<float> right = Judging.Right(request, "output");
        TensorVerdict shifted = Judging.Of(request, "output", Judging.Map(right, x => x + 1e-4f));
        Assert.Equal(Verdict.Within, shifted.Verdict);
        Assert.Contains("independent roundings of 8192 terms", shifted.SizeRemark, StringComparison.Ordinal);
        TensorVerdict other = Judging.Of(request, "output", Judging.Map(right, x => MathF.BitIncrement(x)));
        Assert.Equal((Verdict.Within, null), (other.Verdict, other.SizeRemark));
    }

    [Fact]
    public void A_sum_of_which_terms_were_lost_within_its_bound_is_remarked()
    {
        OperationRequest request = Judging.Request("sum", [("input", Judging.Map(TestTensors.Normal<float>(5, 2, 16384), MathF.Abs))]);
        DenseTensor<float> right = Judging.Right(request, "output");
        TensorVerdict lost = Judging.Of(request, "output", Judging.Map(right, x => x * (1 - 3e-4f)));
        Assert.Equal(Verdict.Within, lost.Verdict);
        Assert.NotNull(lost.SizeRemark);
        Assert.Null(Judging.Of(request, "output", Judging.Map(right, x => MathF.BitIncrement(x))).SizeRemark);
    }

    [Fact]
    public void Decisions_stored_as_numbers_are_wrong_though_their_values_are_right()
    {
        OperationRequest request = Judging.Request("feature_mask", [("input", DenseTensor<float>.From([-1, 0, 3], 3))]);
        TensorVerdict verdict = Judging.Of(request, "mask", DenseTensor<float>.From([0, 0, 1], 3));
        Assert.Equal((Verdict.Wrong, "its element type is F32; expected BOOL, U8"), (verdict.Verdict, verdict.Mismatch));
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, "mask", DenseTensor<bool>.From([false, false, true], 3)).Verdict);
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, "mask", DenseTensor<byte>.From([0, 0, 1], 3)).Verdict);
    }

    [Fact]
    public void Another_order_of_the_sum_is_within()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Unfused(request));
        Assert.Equal(Verdict.Within, verdict.Verdict);
        Assert.True(verdict.Gauge is > 0 and < 1);
        Assert.True(verdict.BitwiseCount < verdict.Shape.Length);
        Assert.Equal(verdict.Shape.Length, verdict.Histogram.Counts.Sum());
        Assert.Null(verdict.BiasRemark);
    }

    [Theory]
    [InlineData("tf32", "11 bits")]
    [InlineData("bf16", "operands of products rounded to bf16")]
    public void Rounded_operands_are_explained_by_their_model(string model, string cause)
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Rounded(request, model));
        Assert.Equal(Verdict.Explained, verdict.Verdict);
        Assert.Equal(model, verdict.Explanation?.Name);
        Assert.Contains(cause, verdict.Cause, StringComparison.Ordinal);
        Assert.Equal(Verdict.Within, Judging.Of(request, "output", Planted.Rounded(request, model), model).Verdict);
    }

    [Fact]
    public void A_verdict_is_that_of_the_worst_output_and_missing_outputs_are_named()
    {
        OperationRequest forward = Judging.Convolution();
        OperationRequest request = Judging.Request(
            "conv2d_backward",
            [("input", forward.Inputs["input"]), ("weight", forward.Inputs["weight"]), ("grad_output", TestTensors.Normal<float>(4, 3, 5, 9, 9))],
            "padding=1",
            "bias=true");
        Dictionary<string, DenseTensor<float>> right = Judging.Right(request);
        right["grad_weight"].Span[7] += 100;
        OperationVerdict verdict = new OperationJudge().Of(
            request,
            [new("grad_weight", right["grad_weight"], SafetensorsType.F32), new("grad_input", right["grad_input"], SafetensorsType.F32), new("other", right["grad_bias"], SafetensorsType.F32)],
            ArithmeticModel.Fp32,
            "layer1.conv1");
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        Assert.False(verdict.IsKept);
        Assert.Equal(["grad_input", "grad_weight"], verdict.Outputs.Select(output => output.Name));
        Assert.Equal([Verdict.Bitwise, Verdict.Wrong], verdict.Outputs.Select(output => output.Verdict));
        Assert.Equal(["grad_bias"], verdict.Missing);
        Assert.Equal(["other"], verdict.Unknown);
        Assert.Equal("layer1.conv1", verdict.Label);
        Assert.Equal(7, verdict.Outputs[1].First?.Index);
        Assert.Equal(1, verdict.Outputs[1].OutsideCount);
    }

    [Fact]
    public void A_wrong_shape_is_wrong_and_said()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", new DenseTensor<float>(3, 5, 9, 8));
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        Assert.Equal("its shape is [3, 5, 9, 8]; expected [3, 5, 9, 9]", verdict.Mismatch);
    }

    [Theory]
    [InlineData(float.NaN, float.NaN, true)]
    [InlineData(float.NaN, 0f, false)]
    [InlineData(1f, float.NaN, false)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity, false)]
    [InlineData(float.PositiveInfinity, float.MaxValue, false)]
    [InlineData(1f, float.PositiveInfinity, false)]
    [InlineData(-1f, -0f, true)]
    [InlineData(float.Epsilon, 0f, false)]
    public void Specials_are_right_only_where_they_are_asked_for(float input, float got, bool right)
    {
        OperationRequest request = Judging.Request("relu", [("input", DenseTensor<float>.From([input, 2], 2))]);
        TensorVerdict verdict = Judging.Of(request, "output", DenseTensor<float>.From([got, 2], 2));
        Assert.Equal(right, verdict.Verdict != Verdict.Wrong);
    }

    [Fact]
    public void A_zero_of_the_other_sign_is_within_but_not_bitwise()
    {
        OperationRequest request = Judging.Request("relu", [("input", DenseTensor<float>.From([-1, 2], 2))]);
        TensorVerdict verdict = Judging.Of(request, "output", DenseTensor<float>.From([-0f, 2], 2));
        Assert.Equal(Verdict.Within, verdict.Verdict);
        Assert.Equal(1, verdict.BitwiseCount);
    }

    [Fact]
    public void Every_NaN_is_one()
    {
        OperationRequest request = Judging.Request("relu", [("input", DenseTensor<float>.From([float.NaN, 2], 2))]);
        float other = BitConverter.UInt32BitsToSingle(0xffc12345);
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, "output", DenseTensor<float>.From([other, 2], 2)).Verdict);
    }

    [Fact]
    public void An_exact_result_that_16_bits_hold_must_stand_as_it_is()
    {
        OperationRequest request = Judging.Request("relu", [("input", DenseTensor<float>.From([1.5f, 1.0001f], 2))]);
        TensorVerdict Got(float x, float y) => Judging.Of(request, "output", DenseTensor<float>.From([x, y], 2), stored: SafetensorsType.BF16);
        Assert.Equal(Verdict.Bitwise, Got(1.5f, 1).Verdict);
        Assert.Equal(Verdict.Wrong, Got(1.5078125f, 1).Verdict);
        Assert.Equal(Verdict.Wrong, Got(1.5f, 1.0078125f).Verdict);
        Assert.Equal(Verdict.Wrong, Judging.Of(request, "output", DenseTensor<float>.From([1.5f, 1], 2)).Verdict);
    }

    [Theory]
    [InlineData(SafetensorsType.BF16)]
    [InlineData(SafetensorsType.F16)]
    public void Storage_in_16_bits_costs_one_rounding_and_no_more(SafetensorsType stored)
    {
        OperationRequest request = Judging.Convolution();
        DenseTensor<float> right = Judging.Right(request, "output");
        DenseTensor<float> narrow = Judging.Map(right, x => (float)StoredRounding.Nearest(stored, x));
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, "output", narrow, stored: stored).Verdict);
        Assert.NotEqual(Verdict.Bitwise, Judging.Of(request, "output", narrow).Verdict);
        DenseTensor<float> further = Judging.Map(right, (x, i) => (float)StoredRounding.Nearest(stored, i == 100 ? x * 1.02 : x));
        Assert.Equal(100, Judging.Of(request, "output", further, stored: stored).First?.Index);
    }

    [Theory]
    [InlineData(1.00390625, 1.0)]
    [InlineData(1.01171875, 1.015625)]
    [InlineData(3.4e38, double.PositiveInfinity)]
    [InlineData(-1e-45, -0.0)]
    [InlineData(9.2e-41, 9.183549615799121e-41)]
    public void Rounding_to_bf16_is_to_nearest_with_ties_to_even(double x, double rounded) => Assert.Equal(rounded, StoredRounding.Nearest(SafetensorsType.BF16, x));

    [Fact]
    public void Decisions_of_exact_inputs_are_exact()
    {
        OperationRequest request = Judging.Request("feature_mask", [("input", DenseTensor<float>.From([-1, 0, 1, float.NaN], 4))]);
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, "mask", DenseTensor<bool>.From([false, false, true, false], 4)).Verdict);
        TensorVerdict open = Judging.Of(request, "mask", DenseTensor<bool>.From([false, true, true, false], 4));
        Assert.Equal(Verdict.Wrong, open.Verdict);
        Assert.StartsWith("the mask is open at 0", open.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_of_which_several_values_are_right_are_undecided()
    {
        BoundedTensor expected = new(DenseTensor<double>.From([1, 0, 5], 3), DenseTensor<double>.From([1, double.PositiveInfinity, 0], 3));
        Evidence evidence = new(DenseTensor<float>.From([2, float.NaN, 5], 3), SafetensorsType.F32, null, ArithmeticModel.Fp32, _ => new BoundedOutput("x", expected, "T"));
        TensorVerdict verdict = Judge.Of(evidence);
        Assert.Equal(Verdict.Within, verdict.Verdict);
        Assert.Equal(1, verdict.UndecidedCount);
        Assert.Equal(1, verdict.Gauge);
        Assert.Null(verdict.BitwiseCount);
    }

    [Fact]
    public void What_has_no_theorem_is_unproven_unless_its_bits_agree()
    {
        BoundedTensor expected = new(DenseTensor<double>.From([1.25, 2], 2));
        Evidence evidence = new(DenseTensor<float>.From([1, 2], 2), SafetensorsType.F32, DenseTensor<float>.From([1, 2], 2), ArithmeticModel.Fp32, _ => new BoundedOutput("x", expected, null));
        Assert.Equal(Verdict.Bitwise, Judge.Of(evidence).Verdict);
        TensorVerdict verdict = Judge.Of(evidence with { Bits = DenseTensor<float>.From([1, 3], 2) });
        Assert.Equal(Verdict.Unproven, verdict.Verdict);
        Assert.Equal(0.25, verdict.GreatestError);
        Assert.Equal(0, verdict.OutsideCount);
    }
}

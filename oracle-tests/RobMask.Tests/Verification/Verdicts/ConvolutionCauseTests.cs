using RobMask.Tensors;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

/// <summary>Faults planted in convolutions and linear layers are found and called by their names.</summary>
public sealed class ConvolutionCauseTests
{
    public static TheoryData<string, string, string> ChangedCalls => new()
    {
        { "stride=2,1;padding=1", "stride=1,2;padding=1", "the stride's rows and columns are exchanged" },
        { "padding=1;dilation=2,1", "padding=1;dilation=1,2", "the dilation's rows and columns are exchanged" },
    };

    [Theory]
    [MemberData(nameof(ChangedCalls))]
    public void A_changed_attribute_of_the_same_shape_is_named(string asked, string done, string cause)
    {
        // The plane is square and the output of the fault, cut to the shape that was asked for, is what such a kernel writes.
        OperationRequest request = Judging.Convolution(asked.Split(';'));
        DenseTensor<float> right = Judging.Right(request, "output");
        OperationRequest fault = Judging.Convolution(done.Split(';'));
        DenseTensor<float> wide = Judging.Right(fault.With("input", Padded(fault.Input("input"), 20)), "output");
        DenseTensor<float> got = new(right.Shape);
        for (int i = 0; i < got.Length; i++)
        {
            (int nk, int p, int q) = (i / right.Shape[3] / right.Shape[2], i / right.Shape[3] % right.Shape[2], i % right.Shape[3]);
            got.Span[i] = wide.Span[(((nk * wide.Shape[2]) + p) * wide.Shape[3]) + q];
        }

        TensorVerdict verdict = Judging.Of(request, "output", got);
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        Assert.Equal(cause, verdict.Cause);
    }

    [Theory]
    [InlineData(1, 0, "rows are read one too far on")]
    [InlineData(-1, 0, "rows are read one too far back")]
    [InlineData(0, 1, "columns are read one too far on")]
    [InlineData(-1, -1, "rows and columns are read one too far back")]
    public void Padding_off_by_one_is_named(int rows, int columns, string cause)
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Shifted(request, rows, columns));
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        Assert.Contains("padding is off by one", verdict.Cause, StringComparison.Ordinal);
        Assert.Contains(cause, verdict.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dropped_tap_is_named()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Without(request, (_, tap) => tap == 5));
        Assert.Equal("tap (1, 2) is left out of the sum", verdict.Cause?.Split(" (only")[0]);
    }

    [Fact]
    public void A_dropped_channel_is_named()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Without(request, (order, _) => order / 9 == 2));
        Assert.Equal("channel 2 is left out of the sum", verdict.Cause);
    }

    [Fact]
    public void A_lost_lane_of_the_reduction_is_named()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Without(request, (order, _) => order % 8 == 3));
        Assert.StartsWith("lane 3 of 8 of the reduction is left out of the sum", verdict.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_bias_is_named()
    {
        OperationRequest request = Judging.Convolution();
        TensorVerdict verdict = Judging.Of(request, "output", Planted.Unfused(request.With("bias", new DenseTensor<float>(5))));
        Assert.Equal("the bias is missing", verdict.Cause);
    }

    [Fact]
    public void A_mirrored_kernel_is_named()
    {
        OperationRequest request = Judging.Convolution();
        DenseTensor<float> weight = request.Input("weight");
        DenseTensor<float> mirrored = Judging.Map(weight, (_, i) => weight.Span[(i / 9 * 9) + 8 - (i % 9)]);
        TensorVerdict verdict = Judging.Of(request, "output", Judging.Right(request.With("weight", mirrored), "output"));
        Assert.Equal("the kernel is mirrored, a convolution instead of a cross-correlation", verdict.Cause);
    }

    [Fact]
    public void The_next_image_is_named()
    {
        OperationRequest request = Judging.Convolution();
        DenseTensor<float> right = Judging.Right(request, "output");
        TensorVerdict verdict = Judging.Of(request, "output", Judging.Map(right, (_, i) => right.Span[(i + right.Shape.LengthPerImage) % right.Length]));
        Assert.Equal("it is that of the next image", verdict.Cause);
    }

    [Fact]
    public void Accumulation_in_bf16_is_named_unless_it_is_explained()
    {
        OperationRequest request = Judging.Request(
            "conv2d", [("input", Judging.Map(TestTensors.Normal<float>(1, 1, 64, 6, 6), Math.Abs)), ("weight", Judging.Map(TestTensors.Normal<float>(2, 2, 64, 3, 3), Math.Abs))], "padding=1");
        TensorVerdict verdict = Judging.Of(request, "output", Planted.AccumulatedInBFloat16(request));
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        Assert.Contains("accumulated in it", verdict.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grad_input")]
    [InlineData("grad_weight")]
    public void A_gradient_with_a_mirrored_kernel_is_named(string output)
    {
        OperationRequest request = Backward();
        OperationRequest forward = request with { Inputs = request.Inputs };
        DenseTensor<float> right = Judging.Right(request, output);
        DenseTensor<float> weight = forward.Input("weight");
        DenseTensor<float> got = output == "grad_weight"
            ? Judging.Map(right, (_, i) => right.Span[(i / 9 * 9) + 8 - (i % 9)])
            : Judging.Right(request.With("weight", Judging.Map(weight, (_, i) => weight.Span[(i / 9 * 9) + 8 - (i % 9)])), output);
        Assert.Equal("the kernel is mirrored, a convolution instead of a cross-correlation", Judging.Of(request, output, got).Cause);
    }

    [Fact]
    public void A_gradient_of_weights_without_one_image_is_named()
    {
        OperationRequest request = Backward();
        DenseTensor<float> gradient = request.Input("grad_output");
        DenseTensor<float> without = Judging.Map(gradient, (g, i) => i / gradient.Shape.LengthPerImage == 1 ? 0 : g);
        TensorVerdict verdict = Judging.Of(request, "grad_weight", Judging.Right(request.With("grad_output", without), "grad_weight"));
        Assert.Equal("image 1 is left out of the sum", verdict.Cause);
    }

    [Fact]
    public void A_gradient_that_lacks_one_over_N_is_named()
    {
        OperationRequest request = Backward();
        TensorVerdict verdict = Judging.Of(request, "grad_weight", Judging.Map(Judging.Right(request, "grad_weight"), g => 3 * g));
        Assert.Equal("3 (N of input) times the value", verdict.Cause);
    }

    private static OperationRequest Backward() => Judging.Request(
        "conv2d_backward",
        [("input", TestTensors.Normal<float>(1, 3, 4, 9, 9)), ("weight", TestTensors.Normal<float>(2, 5, 4, 3, 3)), ("grad_output", TestTensors.Normal<float>(4, 3, 5, 9, 9))],
        "padding=1");

    // Zeros below and to the right: what a kernel that runs past the plane reads.
    private static DenseTensor<float> Padded(DenseTensor<float> input, int more)
    {
        int side = input.Shape[2] + more;
        DenseTensor<float> padded = new(input.Shape[0], input.Shape[1], side, side);
        for (int i = 0; i < input.Length; i++)
        {
            (int plane, int h, int w) = (i / 81, i / 9 % 9, i % 9);
            padded.Span[(((plane * side) + h) * side) + w] = input.Span[i];
        }

        return padded;
    }
}

using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class ConvShapeTests
{
    [Theory]
    [InlineData(32, 3, 1, 1, 1, 32)]
    [InlineData(32, 3, 2, 1, 1, 16)]
    [InlineData(7, 3, 2, 0, 1, 3)]
    [InlineData(7, 3, 1, 0, 3, 1)]
    [InlineData(1, 5, 1, 2, 1, 1)]
    [InlineData(10, 1, 3, 0, 1, 4)]
    public void Extents_follow_the_formula_of_PyTorch(int extent, int kernel, int stride, int padding, int dilation, int expected)
    {
        TensorShape output = Conv2d.OutputShape(new TensorShape(2, 3, extent, extent + 4), new TensorShape(5, 3, kernel, kernel), ConvAttributes.Square(kernel, stride, padding, dilation));
        Assert.Equal(expected, output[2]);
        Assert.Equal(((extent + 4 + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1, output[3]);
        Assert.Equal((2, 5), (output[0], output[1]));
    }

    [Fact]
    public void C1_rank_and_empty_extents_are_refused()
    {
        AssertRule("C1", [2, 3, 8], [4, 3, 3, 3], ConvAttributes.Square(3));
        AssertRule("C1", [2, 3, 8, 8], [4, 27], ConvAttributes.Square(3));
        AssertRule("C1", [0, 3, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(3));
    }

    [Fact]
    public void C2_attributes_below_their_least_are_refused()
    {
        AssertRule("C2", [2, 3, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(3, stride: 0));
        AssertRule("C2", [2, 3, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(3, padding: -1));
        AssertRule("C2", [2, 3, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(3, dilation: 0));
        AssertRule("C2", [2, 3, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(3, groups: 0));
        AssertRule("C2", [2, 3, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(5));
    }

    [Fact]
    public void C3_the_message_names_both_channel_counts()
    {
        ArgumentException failure = AssertRule("C3", [1, 6, 8, 8], [4, 4, 3, 3], ConvAttributes.Square(3, groups: 2));
        Assert.Contains("conv2d C3: weight has 4 input channels a group, input has 6 / 2 groups = 3", failure.Message, StringComparison.Ordinal);
        AssertRule("C3", [1, 7, 8, 8], [4, 3, 3, 3], ConvAttributes.Square(3, groups: 2));
    }

    [Fact]
    public void C4_groups_that_do_not_divide_the_outputs_are_refused() => AssertRule("C4", [1, 6, 8, 8], [5, 3, 3, 3], ConvAttributes.Square(3, groups: 2));

    [Fact]
    public void C5_a_kernel_beyond_the_padded_input_is_refused()
    {
        AssertRule("C5", [1, 3, 2, 8], [5, 3, 3, 3], ConvAttributes.Square(3));
        AssertRule("C5", [1, 3, 8, 4], [5, 3, 3, 3], ConvAttributes.Square(3, dilation: 2));
        Assert.Equal(2, Conv2d.OutputShape(new TensorShape(1, 3, 2, 8), new TensorShape(5, 3, 3, 3), ConvAttributes.Square(3, padding: 1))[2]);
    }

    [Fact]
    public void C6_every_other_tensor_is_checked_before_anything_is_written()
    {
        ConvAttributes a = ConvAttributes.Square(3, padding: 1);
        DenseTensor<float> input = new(2, 3, 8, 8);
        DenseTensor<float> weight = new(4, 3, 3, 3);
        DenseTensor<float> wrong = new(2, 4, 8, 7);
        DenseTensor<float> right = new(2, 4, 8, 8);
        Assert.Contains("C6", Assert.Throws<ArgumentException>("output", () => Conv2d.Forward(input, weight, null, a, wrong)).Message, StringComparison.Ordinal);
        Assert.Contains("C6", Assert.Throws<ArgumentException>("bias", () => Conv2d.Forward(input, weight, new DenseTensor<float>(3), a, right)).Message, StringComparison.Ordinal);
        Assert.Contains("C6", Assert.Throws<ArgumentException>("gradOutput", () => Conv2d.BackwardInput(wrong, weight, a, input)).Message, StringComparison.Ordinal);
        Assert.Contains("C6", Assert.Throws<ArgumentException>("gradOutput", () => Conv2d.BackwardWeight(input, wrong, a, weight)).Message, StringComparison.Ordinal);
        Assert.Contains("C6", Assert.Throws<ArgumentException>("gradBias", () => Conv2d.BackwardBias(right, new DenseTensor<float>(5))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Linear_layers_state_the_rule_that_is_broken()
    {
        DenseTensor<float> input = new(2, 3);
        Assert.Contains("linear C2", Assert.Throws<ArgumentException>("weight", () => Linear.Forward(input, new DenseTensor<float>(5, 4), null, new DenseTensor<float>(2, 5))).Message, StringComparison.Ordinal);
        Assert.Contains("linear C3", Assert.Throws<ArgumentException>("output", () => Linear.Forward(input, new DenseTensor<float>(5, 3), null, new DenseTensor<float>(5, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("linear C1", Assert.Throws<ArgumentException>("input", () => Linear.Forward(new DenseTensor<float>(2, 3, 1), new DenseTensor<float>(5, 3), null, new DenseTensor<float>(2, 5))).Message, StringComparison.Ordinal);
        Assert.Contains("linear C3", Assert.Throws<ArgumentException>("gradBias", () => Linear.BackwardBias(new DenseTensor<float>(2, 5), new DenseTensor<float>(2))).Message, StringComparison.Ordinal);
    }

    private static ArgumentException AssertRule(string rule, int[] input, int[] weight, ConvAttributes attributes)
    {
        ArgumentException failure = Assert.Throws<ArgumentException>(() => Conv2d.OutputShape(new TensorShape(input), new TensorShape(weight), attributes));
        Assert.StartsWith($"conv2d {rule}:", failure.Message, StringComparison.Ordinal);
        return failure;
    }
}

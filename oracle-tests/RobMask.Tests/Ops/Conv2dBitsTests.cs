using System.Numerics;
using RobMask.Kernels;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

/// <summary>The fast kernels give the bits of the plain definition.</summary>
public sealed unsafe class Conv2dBitsTests
{
    private static readonly int[] _widths = [128, 256, 512];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Fast_forward_equals_the_definition_bit_for_bit(int seed, bool hostile) => OverRandomCases(seed, hostile, Forward, Forward);

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Fast_gradient_of_the_input_equals_the_definition_bit_for_bit(int seed, bool hostile) => OverRandomCases(seed, hostile, BackwardInput, BackwardInput);

    [Theory]
    [InlineData(6, false)]
    [InlineData(7, true)]
    public void Fast_gradient_of_the_weight_equals_the_definition_bit_for_bit(int seed, bool hostile) => OverRandomCases(seed, hostile, BackwardWeight, BackwardWeight);

    [Theory]
    [InlineData(21, false)]
    [InlineData(22, true)]
    public void Fast_kernels_equal_the_definition_where_images_fill_the_lanes(int seed, bool hostile)
    {
        Random random = new(seed);
        for (int i = 0; i < 80; i++)
        {
            ConvCases.Case one = ConvCases.DrawBatch(random);
            Forward(random, one, hostile);
            BackwardInput(random, one, hostile);
            BackwardWeight(random, one, hostile);
        }
    }

    [Theory]
    [InlineData(23)]
    public void Zeros_have_the_sign_that_the_definition_gives_them_beside_padding(int seed)
    {
        Random random = new(seed);
        int negative = 0;
        for (int i = 0; i < 60; i++)
        {
            ConvCases.Case one = ConvCases.DrawBatch(random);
            DenseTensor<float> input = ConvCases.Underflowing<float>(random, one.Input);
            DenseTensor<float> weight = ConvCases.Underflowing<float>(random, one.Weight);
            DenseTensor<float> gradOutput = ConvCases.Underflowing<float>(random, one.Output);
            Forward(random, one, hostile: false, input, weight, null);
            BackwardInput(random, one, hostile: false, gradOutput, weight);
            BackwardWeight(one, input, gradOutput);
            DenseTensor<float> output = new(one.Output);
            Conv2d.Forward(input, weight, null, one.Attributes, output);
            foreach (float value in output.Span)
            {
                negative += value == 0 && float.IsNegative(value) ? 1 : 0;
            }
        }

        Assert.True(negative > 1000, $"only {negative} outputs are −0: nothing was tested");
    }

    [Fact]
    public void Large_shapes_equal_the_definition_bit_for_bit()
    {
        Random random = new(5);
        foreach (ConvCases.Case one in ConvCases.Large())
        {
            Forward<float>(random, one, hostile: false);
            BackwardInput<float>(random, one, hostile: false);
            BackwardWeight<float>(random, one, hostile: false);
        }
    }

    [Fact]
    public void An_addend_gives_the_bits_of_a_residual_addition_afterwards()
    {
        Random random = new(8);
        for (int i = 0; i < 60; i++)
        {
            ConvCases.Case one = ConvCases.Draw(random);
            ConvAttributes a = one.Attributes;
            DenseTensor<float> input = ConvCases.Values<float>(random, one.Input, hostile: true);
            DenseTensor<float> weight = ConvCases.Values<float>(random, one.Weight, hostile: true);
            DenseTensor<float> gradOutput = ConvCases.Values<float>(random, one.Output, hostile: true);
            DenseTensor<float> output = new(one.Output);
            DenseTensor<float> gradInput = new(one.Input);
            Conv2d.Forward(input, weight, null, a, output);
            Conv2d.BackwardInput(gradOutput, weight, a, gradInput);
            AddsOnTheWayOut(random, true, output, (addend, to) => Conv2d.Forward(input, weight, null, a, to, addend), $"{one}");
            AddsOnTheWayOut(random, true, output, (addend, to) => Conv2d.ForwardPlain(input, weight, null, a, to, addend), $"plain {one}");
            AddsOnTheWayOut(random, true, gradInput, (addend, to) => Conv2d.BackwardInput(gradOutput, weight, a, to, addend), $"{one}");
            AddsOnTheWayOut(random, true, gradInput, (addend, to) => Conv2d.BackwardInputPlain(gradOutput, weight, a, to, addend), $"plain {one}");
        }
    }

    private static void OverRandomCases(int seed, bool hostile, Action<Random, ConvCases.Case, bool> single, Action<Random, ConvCases.Case, bool> wide)
    {
        Random random = new(seed);
        for (int i = 0; i < 150; i++)
        {
            ConvCases.Case one = ConvCases.Draw(random);
            single(random, one, hostile);
            wide(random, one, hostile);
        }
    }

    private static void Forward(Random random, ConvCases.Case one, bool hostile)
    {
        Forward<float>(random, one, hostile);
        Forward<double>(random, one, hostile);
    }

    private static void BackwardInput(Random random, ConvCases.Case one, bool hostile)
    {
        BackwardInput<float>(random, one, hostile);
        BackwardInput<double>(random, one, hostile);
    }

    private static void BackwardWeight(Random random, ConvCases.Case one, bool hostile)
    {
        BackwardWeight<float>(random, one, hostile);
        BackwardWeight<double>(random, one, hostile);
    }

    private static void Forward<T>(Random random, ConvCases.Case one, bool hostile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> input = ConvCases.Values<T>(random, one.Input, hostile);
        DenseTensor<T> weight = ConvCases.Values<T>(random, one.Weight, hostile);
        DenseTensor<T>? bias = one.Biased ? ConvCases.Values<T>(random, new TensorShape(one.Weight[0]), hostile) : null;
        Forward(random, one, hostile, input, weight, bias);
    }

    private static void Forward<T>(Random random, ConvCases.Case one, bool hostile, DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> expected = new(one.Output);
        Conv2d.ForwardPlain(input, weight, bias, one.Attributes, expected);
        ConvShape shape = ConvShape.Create(one.Input, one.Weight, one.Attributes);
        foreach (int bits in _widths)
        {
            DenseTensor<T> actual = new(one.Output);
            actual.Span.Fill(T.One);
            ConvolutionKernels.Forward(shape, input.Pointer, weight.Pointer, bias is null ? null : bias.Pointer, null, actual.Pointer, bits);
            ConvCases.AssertSameBits(expected, actual, $"{typeof(T).Name} {bits} bits, {one}");
            AddsOnTheWayOut(random, hostile, expected, (addend, destination) => ConvolutionKernels.Forward(
                shape, input.Pointer, weight.Pointer, bias is null ? null : bias.Pointer, addend.Pointer, destination.Pointer, bits), $"{typeof(T).Name} {bits} bits, {one}");
        }
    }

    private static void BackwardInput<T>(Random random, ConvCases.Case one, bool hostile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> gradOutput = ConvCases.Values<T>(random, one.Output, hostile);
        DenseTensor<T> weight = ConvCases.Values<T>(random, one.Weight, hostile);
        BackwardInput(random, one, hostile, gradOutput, weight);
    }

    private static void BackwardInput<T>(Random random, ConvCases.Case one, bool hostile, DenseTensor<T> gradOutput, DenseTensor<T> weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> expected = new(one.Input);
        Conv2d.BackwardInputPlain(gradOutput, weight, one.Attributes, expected);
        ConvShape shape = ConvShape.Create(one.Input, one.Weight, one.Attributes);
        foreach (int bits in _widths)
        {
            DenseTensor<T> actual = new(one.Input);
            actual.Span.Fill(T.One);
            ConvolutionKernels.BackwardInput(shape, gradOutput.Pointer, weight.Pointer, null, actual.Pointer, bits);
            ConvCases.AssertSameBits(expected, actual, $"{typeof(T).Name} {bits} bits, {one}");
            AddsOnTheWayOut(random, hostile, expected, (addend, destination) => ConvolutionKernels.BackwardInput(
                shape, gradOutput.Pointer, weight.Pointer, addend.Pointer, destination.Pointer, bits), $"{typeof(T).Name} {bits} bits, {one}");
        }
    }

    /// <summary>The addend gives the bits of a residual addition afterwards, whether it is another tensor or the destination.</summary>
    private static void AddsOnTheWayOut<T>(
        Random random, bool hostile, DenseTensor<T> withoutAddend, Action<DenseTensor<T>, DenseTensor<T>> run, string context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> addend = ConvCases.Values<T>(random, withoutAddend.Shape, hostile);
        DenseTensor<T> expected = new(withoutAddend.Shape);
        Residual.Forward(addend, withoutAddend, expected);
        DenseTensor<T> actual = new(withoutAddend.Shape);
        run(addend, actual);
        ConvCases.AssertSameBits(expected, actual, $"{context}, addend");
        run(addend, addend);
        ConvCases.AssertSameBits(expected, addend, $"{context}, accumulated in place");
    }

    private static void BackwardWeight<T>(Random random, ConvCases.Case one, bool hostile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> input = ConvCases.Values<T>(random, one.Input, hostile);
        DenseTensor<T> gradOutput = ConvCases.Values<T>(random, one.Output, hostile);
        BackwardWeight(one, input, gradOutput);
    }

    private static void BackwardWeight<T>(ConvCases.Case one, DenseTensor<T> input, DenseTensor<T> gradOutput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> expected = new(one.Weight);
        Conv2d.BackwardWeightPlain(input, gradOutput, one.Attributes, expected);
        ConvShape shape = ConvShape.Create(one.Input, one.Weight, one.Attributes);
        foreach (int bits in _widths)
        {
            DenseTensor<T> actual = new(one.Weight);
            actual.Span.Fill(T.One);
            ConvolutionKernels.BackwardWeight(shape, input.Pointer, gradOutput.Pointer, actual.Pointer, bits);
            ConvCases.AssertSameBits(expected, actual, $"{typeof(T).Name} {bits} bits, {one}");
        }
    }
}

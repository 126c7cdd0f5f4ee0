using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

/// <summary>The fast linear layer gives the bits of the plain definition.</summary>
public sealed class LinearBitsTests
{
    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    public void Fast_linear_layer_equals_the_definition_bit_for_bit(int seed, bool hostile)
    {
        Random random = new(seed);
        for (int i = 0; i < 60; i++)
        {
            (int n, int d, int k) = (random.Next(1, 40), random.Next(1, 90), random.Next(1, 70));
            All<float>(random, n, d, k, hostile);
            All<double>(random, n, d, k, hostile);
        }
    }

    [Theory]
    [InlineData(1100, 33, 17)]
    [InlineData(128, 600, 10)]
    [InlineData(2, 300, 500)]
    [InlineData(1, 1, 1)]
    public void Large_linear_layers_equal_the_definition_bit_for_bit(int n, int d, int k) => All<float>(new Random(13), n, d, k, hostile: false);

    private static void All<T>(Random random, int n, int d, int k, bool hostile)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string context = $"{typeof(T).Name} N {n} D {d} K {k}";
        DenseTensor<T> input = ConvCases.Values<T>(random, new TensorShape(n, d), hostile);
        DenseTensor<T> weight = ConvCases.Values<T>(random, new TensorShape(k, d), hostile);
        DenseTensor<T> bias = ConvCases.Values<T>(random, new TensorShape(k), hostile);
        DenseTensor<T> gradOutput = ConvCases.Values<T>(random, new TensorShape(n, k), hostile);

        DenseTensor<T> expected = new(n, k);
        DenseTensor<T> actual = new(n, k);
        Linear.ForwardPlain(input, weight, bias, expected);
        Linear.Forward(input, weight, bias, actual);
        ConvCases.AssertSameBits(expected, actual, context);

        DenseTensor<T> expectedInput = new(n, d);
        DenseTensor<T> actualInput = new(n, d);
        Linear.BackwardInputPlain(gradOutput, weight, expectedInput);
        Linear.BackwardInput(gradOutput, weight, actualInput);
        ConvCases.AssertSameBits(expectedInput, actualInput, context);

        DenseTensor<T> expectedWeight = new(k, d);
        DenseTensor<T> actualWeight = new(k, d);
        Linear.BackwardWeightPlain(input, gradOutput, expectedWeight);
        Linear.BackwardWeight(input, gradOutput, actualWeight);
        ConvCases.AssertSameBits(expectedWeight, actualWeight, context);

        DenseTensor<T> expectedBias = new(k);
        DenseTensor<T> actualBias = new(k);
        Linear.BackwardBiasPlain(gradOutput, expectedBias);
        Linear.BackwardBias(gradOutput, actualBias);
        ConvCases.AssertSameBits(expectedBias, actualBias, context);
    }
}

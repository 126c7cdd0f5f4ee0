using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class RescaleTests
{
    public static TheoryData<int[], bool> Cases => new()
    {
        { new[] { 3, 2, 4, 5 }, false },
        { new[] { 3, 2, 4, 5 }, true },
        { new[] { 5, 4 }, false },
        { new[] { 5, 4 }, true },
        { new[] { 2, 3, 9, 9 }, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_element_is_one_fused_multiply_add(int[] extents, bool perImage)
    {
        DenseTensor<float> input = TestTensors.Normal<float>(1, extents);
        DenseTensor<float> gamma = Mask<float>(2, extents, perImage);
        DenseTensor<float> beta = Mask<float>(3, extents, perImage);
        DenseTensor<float> output = new(extents);
        Rescale.Forward(input, gamma, beta, output);
        for (int i = 0; i < input.Length; i++)
        {
            int parameter = Parameter(extents, input.Length, i, perImage);
            Assert.Equal(MathF.FusedMultiplyAdd(gamma.Span[parameter], input.Span[i], beta.Span[parameter]), output.Span[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_those_of_central_differences(int[] extents, bool perImage)
    {
        DenseTensor<double> input = TestTensors.Normal<double>(4, extents);
        DenseTensor<double> gamma = Mask<double>(5, extents, perImage);
        DenseTensor<double> beta = Mask<double>(6, extents, perImage);
        DenseTensor<double> weights = TestTensors.Normal<double>(7, extents);
        DenseTensor<double> output = new(extents);
        double Objective()
        {
            Rescale.Forward(input, gamma, beta, output);
            return GradientCheck.Weighted(output, weights);
        }

        DenseTensor<double> gradInput = new(extents);
        DenseTensor<double> gradGamma = new(gamma.Shape);
        DenseTensor<double> gradBeta = new(gamma.Shape);
        Rescale.BackwardInput(weights, gamma, gradInput);
        Rescale.BackwardMask(input, weights, gradGamma, gradBeta);
        GradientCheck.Matches("input", input, gradInput, Objective);
        GradientCheck.Matches("gamma", gamma, gradGamma, Objective);
        GradientCheck.Matches("beta", beta, gradBeta, Objective);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Float_gradients_of_the_mask_are_the_double_ones_rounded_once(int[] extents, bool perImage)
    {
        // Products of floats are exact in double and the sums differ only in double: half an ulp of float, and 2⁻⁴⁰ of the gauge for the sums.
        DenseTensor<float> input = TestTensors.Normal<float>(8, extents);
        DenseTensor<float> gradient = TestTensors.Normal<float>(9, extents);
        DenseTensor<float> gamma = Mask<float>(10, extents, perImage);
        DenseTensor<float> beta = Mask<float>(10, extents, perImage);
        Rescale.BackwardMask(input, gradient, gamma, beta);
        double[] sums = new double[gamma.Length];
        double[] products = new double[gamma.Length];
        double[] gauge = new double[gamma.Length];
        for (int i = 0; i < input.Length; i++)
        {
            int parameter = Parameter(extents, input.Length, i, perImage);
            sums[parameter] += gradient.Span[i];
            products[parameter] += (double)gradient.Span[i] * input.Span[i];
            gauge[parameter] += Math.Abs(gradient.Span[i]) * (1 + Math.Abs((double)input.Span[i]));
        }

        for (int c = 0; c < gamma.Length; c++)
        {
            Assert.Equal(products[c], gamma.Span[c], (Math.Abs(products[c]) * Math.ScaleB(1, -24)) + (gauge[c] * Math.ScaleB(1, -40)));
            Assert.Equal(sums[c], beta.Span[c], (Math.Abs(sums[c]) * Math.ScaleB(1, -24)) + (gauge[c] * Math.ScaleB(1, -40)));
        }
    }

    [Fact]
    public void A_mask_repeated_for_each_image_has_the_bits_of_the_mask_itself()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(11, 4, 3, 5, 5);
        DenseTensor<float> gamma = TestTensors.Normal<float>(12, 3);
        DenseTensor<float> beta = TestTensors.Normal<float>(13, 3);
        DenseTensor<float> gammas = DenseTensor<float>.From([.. gamma.Span, .. gamma.Span, .. gamma.Span, .. gamma.Span], 4, 3);
        DenseTensor<float> betas = DenseTensor<float>.From([.. beta.Span, .. beta.Span, .. beta.Span, .. beta.Span], 4, 3);
        DenseTensor<float> shared = new(input.Shape);
        DenseTensor<float> repeated = new(input.Shape);
        Rescale.Forward(input, gamma, beta, shared);
        Rescale.Forward(input, gammas, betas, repeated);
        TestTensors.AssertSameBits<float>("output", shared.Span, repeated.Span);
    }

    [Fact]
    public void Destinations_may_be_their_sources()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(14, 2, 3, 5, 5);
        DenseTensor<float> gamma = TestTensors.Normal<float>(15, 3);
        DenseTensor<float> beta = TestTensors.Normal<float>(16, 3);
        DenseTensor<float> expected = new(input.Shape);
        Rescale.Forward(input, gamma, beta, expected);
        DenseTensor<float> expectedGradient = new(input.Shape);
        Rescale.BackwardInput(input, gamma, expectedGradient);
        DenseTensor<float> gradient = TestTensors.Copy(input);
        Rescale.BackwardInput(gradient, gamma, gradient);
        TestTensors.AssertSameBits<float>("backward", expectedGradient.Span, gradient.Span);
        Rescale.Forward(input, gamma, beta, input);
        TestTensors.AssertSameBits<float>("forward", expected.Span, input.Span);
    }

    [Fact]
    public void Masks_of_another_shape_are_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            Rescale.Forward(new DenseTensor<float>(2, 3, 4, 4), new DenseTensor<float>(2), new DenseTensor<float>(2), new DenseTensor<float>(2, 3, 4, 4)));
        Assert.Contains("gamma is [2], it must be [3] or [2, 3]", error.Message, StringComparison.Ordinal);
    }

    private static DenseTensor<T> Mask<T>(uint seed, int[] extents, bool perImage)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        perImage ? TestTensors.Normal<T>(seed, extents[0], extents[1]) : TestTensors.Normal<T>(seed, extents[1]);

    private static int Parameter(int[] extents, int length, int element, bool perImage)
    {
        int plane = element / (length / (extents[0] * extents[1]));
        return perImage ? plane : plane % extents[1];
    }
}

using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

/// <summary>The fused batch normalisation has the bits of the three operations that it stands for.</summary>
[Collection(RunsAlone.Name)]
public sealed class BatchNormTests
{
    private const float Epsilon = 1e-5f;

    public static TheoryData<int[], bool, bool, bool> Cases
    {
        get
        {
            TheoryData<int[], bool, bool, bool> cases = [];
            foreach (int[] extents in new[] { [3, 2, 4, 5], [7, 3, 1, 1], [5, 4], [2, 17, 4, 4], [9, 13, 17, 19], new[] { 2, 1, 40, 41 } })
            {
                for (int options = 0; options < 8; options++)
                {
                    cases.Add(extents, (options & 1) != 0, (options & 2) != 0, (options & 4) != 0);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Float_bits_are_those_of_normalise_rescale_and_relu(int[] extents, bool training, bool perImage, bool relu) => Check<float>(extents, training, perImage, relu);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Double_bits_are_those_of_normalise_rescale_and_relu(int[] extents, bool training, bool perImage, bool relu) => Check<double>(extents, training, perImage, relu);

    [Fact]
    public void Bits_do_not_depend_on_the_threads() => TestTensors.AssertSameBitsOnAnyThreads("batch norm", () =>
    {
        Layer<float> layer = new([9, 13, 17, 19], perImage: false);
        DenseTensor<float>[] results = [new(layer.Input.Shape), new(13), new(13), new(13), new(13), new(13), new(layer.Input.Shape)];
        BatchNorm.ForwardTraining(layer.Input, Epsilon, layer.Gamma, layer.Beta, null, true, results[0], results[1], results[2], results[3]);
        BatchNorm.Backward(layer.Input, results[1], results[3], layer.Gamma, layer.Beta, true, true, layer.Gradient, results[4], results[5], null, results[6]);
        return results;
    });

    /// <summary>Ten megabytes: written past the caches.</summary>
    [Fact]
    public void Large_outputs_have_the_same_bits()
    {
        Layer<float> layer = new([20, 32, 64, 64], perImage: false);
        DenseTensor<float> normalised = new(layer.Input.Shape), z = new(layer.Input.Shape), output = new(layer.Input.Shape);
        DenseTensor<float> mean = new(32), variance = new(32), reciprocal = new(32);
        Normalise.ForwardTraining(layer.Input, Epsilon, normalised, mean, variance, reciprocal);
        Rescale.Forward(normalised, layer.Gamma, layer.Beta, z);
        Relu.Forward(z, z);
        BatchNorm.ForwardTraining(layer.Input, Epsilon, layer.Gamma, layer.Beta, null, true, output, mean, variance, reciprocal);
        AssertSame<float>("output", z.Span, output.Span);
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Layer<float> layer = new([2, 3, 4, 4], perImage: false);
        DenseTensor<float> c = new(3);
        DenseTensor<float> four = new(4);
        Assert.Contains("batch norm C2: gamma is [4]", Assert.Throws<ArgumentException>(() => BatchNorm.ForwardEvaluation(layer.Input, c, c, Epsilon, four, four, null, true, layer.Gradient, c)).Message, StringComparison.Ordinal);
        Assert.Contains("batch norm C1: output", Assert.Throws<ArgumentException>(() => BatchNorm.ForwardTraining(layer.Input, Epsilon, c, c, null, true, four, c, c, c)).Message, StringComparison.Ordinal);
        Assert.Contains("batch norm C3", Assert.Throws<ArgumentException>(() => BatchNorm.Backward(layer.Input, c, c, c, c, true, true, layer.Gradient, c, null, null, layer.Input)).Message, StringComparison.Ordinal);
        Assert.Contains("normalise C3", Assert.Throws<ArgumentException>(() => BatchNorm.ForwardTraining(new DenseTensor<float>(1, 3), Epsilon, c, c, null, true, new DenseTensor<float>(1, 3), c, c, c)).Message, StringComparison.Ordinal);
    }

    private static void Check<T>(int[] extents, bool training, bool perImage, bool relu)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Layer<T> layer = new(extents, perImage);
        int channels = extents[1];
        DenseTensor<T> mean = TestTensors.Normal<T>(8, channels);
        DenseTensor<T> variance = TestTensors.Normal<T>(9, channels);
        for (int c = 0; c < channels; c++)
        {
            variance.Span[c] *= variance.Span[c];
        }

        // One operation after another.
        DenseTensor<T> reciprocal = new(channels), normalised = new(layer.Input.Shape), z = new(layer.Input.Shape), h = new(layer.Input.Shape);
        DenseTensor<T> expectedMean = TestTensors.Copy(mean), expectedVariance = TestTensors.Copy(variance);
        if (training)
        {
            Normalise.ForwardTraining(layer.Input, Epsilon, normalised, expectedMean, expectedVariance, reciprocal);
        }
        else
        {
            Normalise.ForwardEvaluation(layer.Input, mean, variance, Epsilon, normalised, reciprocal);
        }

        Rescale.Forward(normalised, layer.Gamma, layer.Beta, z);
        Relu.Forward(z, h);
        DenseTensor<T> g = TestTensors.Copy(layer.Gradient);
        if (relu)
        {
            Relu.Backward(h, g, g);
        }

        DenseTensor<T> gradGamma = new(layer.Gamma.Shape), gradBeta = new(layer.Gamma.Shape), gradInput = new(layer.Input.Shape), sum = new(layer.Input.Shape);
        Rescale.BackwardMask(normalised, g, gradGamma, gradBeta);
        Rescale.BackwardInput(g, layer.Gamma, g);
        if (training)
        {
            Normalise.BackwardTraining(normalised, g, reciprocal, gradInput);
        }
        else
        {
            Normalise.BackwardEvaluation(g, reciprocal, gradInput);
        }

        Residual.Forward(layer.Addend, gradInput, sum);

        // All in one.
        DenseTensor<T> fusedReciprocal = new(channels), output = new(layer.Input.Shape);
        if (training)
        {
            BatchNorm.ForwardTraining(layer.Input, Epsilon, layer.Gamma, layer.Beta, null, relu, output, mean, variance, fusedReciprocal);
        }
        else
        {
            BatchNorm.ForwardEvaluation(layer.Input, mean, variance, Epsilon, layer.Gamma, layer.Beta, null, relu, output, fusedReciprocal);
        }

        AssertSame<T>("mean", expectedMean.Span, mean.Span);
        AssertSame<T>("variance", expectedVariance.Span, variance.Span);
        AssertSame<T>("reciprocal", reciprocal.Span, fusedReciprocal.Span);
        AssertSame<T>("output", relu ? h.Span : z.Span, output.Span);

        DenseTensor<T> mixed = new(layer.Input.Shape);
        Residual.Forward(z, layer.Addend, mixed);
        if (relu)
        {
            Relu.Forward(mixed, mixed);
        }

        DenseTensor<T> summed = TestTensors.Copy(layer.Addend);
        BatchNorm.ForwardEvaluation(layer.Input, mean, variance, Epsilon, layer.Gamma, layer.Beta, summed, relu, summed, new DenseTensor<T>(channels));
        if (!training)
        {
            AssertSame<T>("output with an addend", mixed.Span, summed.Span);
        }

        DenseTensor<T> fusedGamma = new(layer.Gamma.Shape), fusedBeta = new(layer.Gamma.Shape), fusedInput = new(layer.Input.Shape);
        BatchNorm.Backward(layer.Input, mean, fusedReciprocal, layer.Gamma, layer.Beta, relu, training, layer.Gradient, fusedGamma, fusedBeta, null, fusedInput);
        AssertSame<T>("gradient of gamma", gradGamma.Span, fusedGamma.Span);
        AssertSame<T>("gradient of beta", gradBeta.Span, fusedBeta.Span);
        AssertSame<T>("gradient of a", gradInput.Span, fusedInput.Span);

        // Only the input's gradient, added in place to what is there.
        DenseTensor<T> accumulated = TestTensors.Copy(layer.Addend);
        BatchNorm.Backward(layer.Input, mean, fusedReciprocal, layer.Gamma, layer.Beta, relu, training, layer.Gradient, null, null, accumulated, accumulated);
        AssertSame<T>("accumulated gradient of a", sum.Span, accumulated.Span);

        // Over the gradient of the output; and of the mask alone.
        DenseTensor<T> over = TestTensors.Copy(layer.Gradient);
        BatchNorm.Backward(layer.Input, mean, fusedReciprocal, layer.Gamma, layer.Beta, relu, training, over, null, null, null, over);
        AssertSame<T>("gradient of a in place", gradInput.Span, over.Span);
        BatchNorm.Backward(layer.Input, mean, fusedReciprocal, layer.Gamma, layer.Beta, relu, training, layer.Gradient, fusedBeta, fusedGamma, null, null);
        AssertSame<T>("gradient of the mask alone", gradGamma.Span, fusedBeta.Span);
    }

    /// <summary>Bits, but a NaN is a NaN: which operand's sign and payload comes through is the processor's choice by operand order, and no part of the promise.</summary>
    private static void AssertSame<T>(string name, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] left = [.. expected.ToArray().Select(value => T.IsNaN(value) ? T.NaN : value)];
        T[] right = [.. actual.ToArray().Select(value => T.IsNaN(value) ? T.NaN : value)];
        TestTensors.AssertSameBits<T>(name, left, right);
    }

    /// <summary>Inputs with NaN, infinities and zeros of both signs in one channel of some, and a mask with a closed and a negative channel.</summary>
    private sealed class Layer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Layer(int[] extents, bool perImage)
        {
            Input = TestTensors.Normal<T>(1, extents);
            Gradient = TestTensors.Normal<T>(2, extents);
            Addend = TestTensors.Normal<T>(3, extents);
            int[] mask = perImage ? extents[..2] : [extents[1]];
            Gamma = TestTensors.Normal<T>(4, mask);
            Beta = TestTensors.Normal<T>(5, mask);
            Gamma.Span[0] = T.Zero;
            if (extents[1] > 2)
            {
                int length = Input.Length / (extents[0] * extents[1]);
                Input.Span[2 * length] = T.NaN;
                Input.Span[length] = T.NegativeZero;
                Gradient.Span[length] = T.PositiveInfinity;
            }
        }

        public DenseTensor<T> Input { get; }

        public DenseTensor<T> Gradient { get; }

        public DenseTensor<T> Addend { get; }

        public DenseTensor<T> Gamma { get; }

        public DenseTensor<T> Beta { get; }
    }
}

using FsCheck;
using FsCheck.Xunit;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

/// <summary>The laws of masking. Each property draws its tensors from one seed, which FsCheck prints with a failure.</summary>
public sealed class MixedRescaleTests
{
    [Property(MaxTest = 60)]
    public void Rescale_of_one_hot_mixture_equals_that_primary_mask(uint seed, byte which)
    {
        Case c = new(seed);
        int i = which % c.Masks;
        DenseTensor<float> coefficients = new(c.Images, c.Masks);
        for (int n = 0; n < c.Images; n++)
        {
            coefficients.Span[(n * c.Masks) + i] = 1;
        }

        DenseTensor<float> alone = new(c.Input.Shape);
        Rescale.Forward(c.Input, Row(c.Gammas, i), Row(c.Betas, i), alone);
        TestTensors.AssertSameBits<float>($"seed {seed}", alone.Span, c.Forward(coefficients).Output.Span);
    }

    [Property(MaxTest = 60)]
    public void A_mixture_is_linear_in_its_coefficients_up_to_rounding(uint seed)
    {
        // A chain of k fused steps errs by at most k·u·Σ|u_i γ_i| (Jeannerod and Rump 2013); three mixtures and one addition meet here.
        Case c = new(seed);
        DenseTensor<float> left = c.Coefficients;
        DenseTensor<float> right = TestTensors.Normal<float>(seed + 77, c.Images, c.Masks);
        DenseTensor<float> sum = new(left.Shape);
        Residual.Forward(left, right, sum);
        float[] l = c.Forward(left).Gamma.Span.ToArray();
        float[] r = c.Forward(right).Gamma.Span.ToArray();
        float[] s = c.Forward(sum).Gamma.Span.ToArray();
        for (int j = 0; j < s.Length; j++)
        {
            int n = j / c.Channels;
            double gauge = 0;
            for (int i = 0; i < c.Masks; i++)
            {
                gauge += (Math.Abs((double)left.Span[(n * c.Masks) + i]) + Math.Abs((double)right.Span[(n * c.Masks) + i])) * Math.Abs((double)c.Gammas.Span[(i * c.Channels) + (j % c.Channels)]);
            }

            Assert.InRange(Math.Abs((double)l[j] + r[j] - s[j]), 0, (2 * c.Masks + 3) * Math.ScaleB(1, -24) * gauge);
        }
    }

    [Property(MaxTest = 60)]
    public void Doubling_the_coefficients_doubles_the_mixture_exactly(uint seed, sbyte exponent)
    {
        Case c = new(seed);
        float factor = MathF.ScaleB(1, exponent % 30);
        DenseTensor<float> scaled = TestTensors.Copy(c.Coefficients);
        Scale(scaled, factor);
        DenseTensor<float> expected = c.Forward(c.Coefficients).Output;
        Scale(expected, factor);
        TestTensors.AssertSameBits<float>($"seed {seed}, factor {factor}", expected.Span, c.Forward(scaled).Output.Span);
    }

    [Property(MaxTest = 60)]
    public void Scaling_a_mask_by_a_power_of_two_commutes_with_relu_exactly(uint seed, sbyte exponent)
    {
        Case c = new(seed);
        float factor = MathF.ScaleB(1, exponent % 30);
        DenseTensor<float> expected = c.Forward(c.Coefficients).Output;
        Relu.Forward(expected, expected);
        Scale(expected, factor);
        Scale(c.Gammas, factor);
        Scale(c.Betas, factor);
        DenseTensor<float> actual = c.Forward(c.Coefficients).Output;
        Relu.Forward(actual, actual);
        TestTensors.AssertSameBits<float>($"seed {seed}, factor {factor}", expected.Span, actual.Span);
    }

    [Property(MaxTest = 60)]
    public void Permuting_two_primary_masks_with_their_coefficients_changes_nothing_at_all(uint seed)
    {
        // What holds exactly: with k = 2 the first product and the second sum are each rounded once in either order only if the products are exact; so small integers,
        // for which everything is exact, in any number of masks.
        Case c = new(seed);
        foreach (DenseTensor<float> tensor in new[] { c.Gammas, c.Betas, c.Coefficients })
        {
            for (int i = 0; i < tensor.Length; i++)
            {
                tensor.Span[i] = MathF.Round(tensor.Span[i] * 8);
            }
        }

        DenseTensor<float> before = TestTensors.Copy(c.Forward(c.Coefficients).Output);
        Reverse(c);
        TestTensors.AssertSameBits<float>($"seed {seed}", before.Span, c.Forward(c.Coefficients).Output.Span);
    }

    [Property(MaxTest = 60)]
    public void Permuting_primary_masks_with_their_coefficients_changes_a_mixture_by_rounding_only(uint seed)
    {
        Case c = new(seed);
        float[] before = c.Forward(c.Coefficients).Gamma.Span.ToArray();
        double[] gauge = new double[before.Length];
        for (int j = 0; j < gauge.Length; j++)
        {
            for (int i = 0; i < c.Masks; i++)
            {
                gauge[j] += Math.Abs((double)c.Coefficients.Span[(j / c.Channels * c.Masks) + i] * c.Gammas.Span[(i * c.Channels) + (j % c.Channels)]);
            }
        }

        Reverse(c);
        float[] after = c.Forward(c.Coefficients).Gamma.Span.ToArray();
        for (int j = 0; j < before.Length; j++)
        {
            // Each order errs by at most k·u·gauge.
            Assert.InRange(Math.Abs((double)before[j] - after[j]), 0, 2 * c.Masks * Math.ScaleB(1, -24) * gauge[j]);
        }
    }

    [Property(MaxTest = 60)]
    public void Permuting_the_channels_permutes_the_output(uint seed)
    {
        Case c = new(seed);
        DenseTensor<float> expected = TestTensors.Copy(c.Forward(c.Coefficients).Output);
        ReverseChannels(expected);
        ReverseChannels(c.Input);
        ReverseChannels(c.Gammas);
        ReverseChannels(c.Betas);
        TestTensors.AssertSameBits<float>($"seed {seed}", expected.Span, c.Forward(c.Coefficients).Output.Span);
    }

    [Property(MaxTest = 60)]
    public void A_closed_channel_passes_no_gradient(uint seed)
    {
        Case c = new(seed);
        c.Gammas.Span.Clear();
        c.Betas.Span.Fill(-1);
        for (int i = 0; i < c.Coefficients.Length; i++)
        {
            c.Coefficients.Span[i] = MathF.Abs(c.Coefficients.Span[i]) + 0.1f;
        }

        Result forward = c.Forward(c.Coefficients);
        Relu.Forward(forward.Output, forward.Output);
        double[] openness = new double[c.Channels];
        FeatureMask.Openness(forward.Output, openness);
        Assert.All(openness, value => Assert.Equal(0, value));
        DenseTensor<float> gradient = TestTensors.Normal<float>(seed + 5, c.Input.Shape.Extents);
        Relu.Backward(forward.Output, gradient, gradient);
        DenseTensor<float> mixed = new(c.Images, c.Channels);
        DenseTensor<float> mixedBeta = new(c.Images, c.Channels);
        DenseTensor<float> gammas = new(c.Gammas.Shape);
        DenseTensor<float> betas = new(c.Gammas.Shape);
        DenseTensor<float> coefficients = new(c.Coefficients.Shape);
        MixedRescale.Backward(c.Input, gradient, c.Gammas, c.Betas, c.Coefficients, forward.Gamma, mixed, mixedBeta, gammas, betas, coefficients, gradient);
        Assert.All(new[] { gradient, gammas, betas, coefficients }, tensor => Assert.All(tensor.Span.ToArray(), value => Assert.Equal(0f, value)));
    }

    [Fact]
    public void Gradients_are_those_of_central_differences()
    {
        DenseTensor<double> input = TestTensors.Normal<double>(1, 3, 4, 2, 3);
        DenseTensor<double> gammas = TestTensors.Normal<double>(2, 5, 4);
        DenseTensor<double> betas = TestTensors.Normal<double>(3, 5, 4);
        DenseTensor<double> coefficients = TestTensors.Normal<double>(4, 3, 5);
        DenseTensor<double> weights = TestTensors.Normal<double>(5, 3, 4, 2, 3);
        DenseTensor<double> gamma = new(3, 4);
        DenseTensor<double> beta = new(3, 4);
        DenseTensor<double> output = new(input.Shape);
        double Objective()
        {
            MixedRescale.Forward(input, gammas, betas, coefficients, gamma, beta, output);
            return GradientCheck.Weighted(output, weights);
        }

        Objective();
        DenseTensor<double> gradGammas = new(gammas.Shape);
        DenseTensor<double> gradBetas = new(gammas.Shape);
        DenseTensor<double> gradCoefficients = new(coefficients.Shape);
        DenseTensor<double> gradInput = new(input.Shape);
        MixedRescale.Backward(input, weights, gammas, betas, coefficients, gamma, new(3, 4), new(3, 4), gradGammas, gradBetas, gradCoefficients, gradInput);
        GradientCheck.Matches("gammas", gammas, gradGammas, Objective);
        GradientCheck.Matches("betas", betas, gradBetas, Objective);
        GradientCheck.Matches("coefficients", coefficients, gradCoefficients, Objective);
        GradientCheck.Matches("input", input, gradInput, Objective);
    }

    [Fact]
    public void Coefficients_of_another_number_of_masks_are_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => MixedRescale.Mix(new DenseTensor<float>(3, 4), new DenseTensor<float>(2, 2), new DenseTensor<float>(2, 4)));
        Assert.Contains("coefficients is [2, 2], it must be [any, 3]", error.Message, StringComparison.Ordinal);
    }

    private static DenseTensor<float> Row(DenseTensor<float> matrix, int i) => DenseTensor<float>.From(matrix.Image(i), matrix.Shape[1]);

    private static void Scale(DenseTensor<float> tensor, float factor)
    {
        for (int i = 0; i < tensor.Length; i++)
        {
            tensor.Span[i] *= factor;
        }
    }

    private static void Reverse(Case c)
    {
        float[][] gammas = [.. Enumerable.Range(0, c.Masks).Select(i => c.Gammas.Image(i).ToArray())];
        float[][] betas = [.. Enumerable.Range(0, c.Masks).Select(i => c.Betas.Image(i).ToArray())];
        for (int i = 0; i < c.Masks; i++)
        {
            gammas[c.Masks - 1 - i].CopyTo(c.Gammas.Image(i));
            betas[c.Masks - 1 - i].CopyTo(c.Betas.Image(i));
        }

        for (int n = 0; n < c.Images; n++)
        {
            c.Coefficients.Image(n).Reverse();
        }
    }

    private static void ReverseChannels(DenseTensor<float> tensor)
    {
        int channels = tensor.Shape[1];
        int length = tensor.Length / (tensor.Shape[0] * channels);
        float[] before = tensor.Span.ToArray();
        for (int i = 0; i < before.Length; i++)
        {
            int plane = i / length;
            int mirrored = (plane / channels * channels) + (channels - 1 - (plane % channels));
            tensor.Span[(mirrored * length) + (i % length)] = before[i];
        }
    }

    private sealed record Result(DenseTensor<float> Gamma, DenseTensor<float> Output);

    private sealed class Case
    {
        public Case(uint seed)
        {
            Masks = 1 + (int)(seed % 5);
            Channels = 1 + (int)(seed / 5 % 19);
            Images = 1 + (int)(seed / 95 % 4);
            Input = TestTensors.Normal<float>(seed, Images, Channels, 3, 7);
            Gammas = TestTensors.Normal<float>(seed + 1, Masks, Channels);
            Betas = TestTensors.Normal<float>(seed + 2, Masks, Channels);
            Coefficients = TestTensors.Normal<float>(seed + 3, Images, Masks);
        }

        public int Masks { get; }

        public int Channels { get; }

        public int Images { get; }

        public DenseTensor<float> Input { get; }

        public DenseTensor<float> Gammas { get; }

        public DenseTensor<float> Betas { get; }

        public DenseTensor<float> Coefficients { get; }

        public Result Forward(DenseTensor<float> coefficients)
        {
            Result result = new(new(Images, Channels), new(Input.Shape));
            MixedRescale.Forward(Input, Gammas, Betas, coefficients, result.Gamma, new(Images, Channels), result.Output);
            return result;
        }
    }
}

using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

/// <summary>The convolution's values and gradients, against a scattering loop in double and central differences.</summary>
public sealed class Conv2dValueTests
{
    [Fact]
    public void All_passes_lie_within_the_proven_bound_of_a_scattering_loop_in_double()
    {
        Random random = new(21);
        for (int i = 0; i < 60; i++)
        {
            ConvCases.Case one = ConvCases.Draw(random);
            DenseTensor<float> input = ConvCases.Normal<float>(random, one.Input);
            DenseTensor<float> weight = ConvCases.Normal<float>(random, one.Weight);
            DenseTensor<float> gradOutput = ConvCases.Normal<float>(random, one.Output);
            DenseTensor<float> output = new(one.Output);
            DenseTensor<float> gradInput = new(one.Input);
            DenseTensor<float> gradWeight = new(one.Weight);
            Conv2d.Forward(input, weight, null, one.Attributes, output);
            Conv2d.BackwardInput(gradOutput, weight, one.Attributes, gradInput);
            Conv2d.BackwardWeight(input, gradOutput, one.Attributes, gradWeight);

            Sums outputs = new(output.Length);
            Sums inputs = new(gradInput.Length);
            Sums weights = new(gradWeight.Length);
            Scatter(one, (x, w, y) =>
            {
                outputs.Add(y, (double)input.Span[x] * weight.Span[w]);
                inputs.Add(x, (double)gradOutput.Span[y] * weight.Span[w]);
                weights.Add(w, (double)input.Span[x] * gradOutput.Span[y]);
            });
            outputs.AssertHolds(output, $"forward, {one}");
            inputs.AssertHolds(gradInput, $"gradient of the input, {one}");
            weights.AssertHolds(gradWeight, $"gradient of the weight, {one}");
        }
    }

    [Fact]
    public void Gradients_equal_central_differences()
    {
        Random random = new(22);
        for (int i = 0; i < 12; i++)
        {
            ConvCases.Case one = ConvCases.Draw(random);
            if (one.Input.Length > 800 || one.Weight.Length > 800)
            {
                continue;
            }

            DenseTensor<double> input = ConvCases.Normal<double>(random, one.Input);
            DenseTensor<double> weight = ConvCases.Normal<double>(random, one.Weight);
            DenseTensor<double> bias = ConvCases.Normal<double>(random, new TensorShape(one.Weight[0]));
            DenseTensor<double> factors = ConvCases.Normal<double>(random, one.Output);
            DenseTensor<double> output = new(one.Output);
            double Objective()
            {
                Conv2d.Forward(input, weight, bias, one.Attributes, output);
                return GradientCheck.Weighted(output, factors);
            }

            DenseTensor<double> gradInput = new(one.Input);
            DenseTensor<double> gradWeight = new(one.Weight);
            DenseTensor<double> gradBias = new(bias.Shape);
            Conv2d.BackwardInput(factors, weight, one.Attributes, gradInput);
            Conv2d.BackwardWeight(input, factors, one.Attributes, gradWeight);
            Conv2d.BackwardBias(factors, gradBias);
            GradientCheck.Matches($"input of {one}", input, gradInput, Objective);
            GradientCheck.Matches($"weight of {one}", weight, gradWeight, Objective);
            GradientCheck.Matches($"bias of {one}", bias, gradBias, Objective);
        }
    }

    [Fact]
    public void Linear_gradients_equal_central_differences()
    {
        Random random = new(23);
        DenseTensor<double> input = ConvCases.Normal<double>(random, new TensorShape(7, 13));
        DenseTensor<double> weight = ConvCases.Normal<double>(random, new TensorShape(5, 13));
        DenseTensor<double> bias = ConvCases.Normal<double>(random, new TensorShape(5));
        DenseTensor<double> factors = ConvCases.Normal<double>(random, new TensorShape(7, 5));
        DenseTensor<double> output = new(7, 5);
        double Objective()
        {
            Linear.Forward(input, weight, bias, output);
            return GradientCheck.Weighted(output, factors);
        }

        DenseTensor<double> gradInput = new(input.Shape);
        DenseTensor<double> gradWeight = new(weight.Shape);
        DenseTensor<double> gradBias = new(bias.Shape);
        Linear.BackwardInput(factors, weight, gradInput);
        Linear.BackwardWeight(input, factors, gradWeight);
        Linear.BackwardBias(factors, gradBias);
        GradientCheck.Matches("input", input, gradInput, Objective);
        GradientCheck.Matches("weight", weight, gradWeight, Objective);
        GradientCheck.Matches("bias", bias, gradBias, Objective);
    }

    [Fact]
    public void A_padding_zero_times_an_infinite_weight_is_NaN()
    {
        DenseTensor<float> input = DenseTensor<float>.From([1], 1, 1, 1, 1);
        DenseTensor<float> weight = DenseTensor<float>.From([float.PositiveInfinity, 0, 0, 0, 2, 0, 0, 0, 0], 1, 1, 3, 3);
        DenseTensor<float> output = new(1, 1, 1, 1);
        Conv2d.Forward(input, weight, null, ConvAttributes.Square(3, 1, 1), output);
        Assert.True(float.IsNaN(output.Span[0]));
    }

    [Fact]
    public void The_chain_runs_over_channels_then_rows_then_columns_and_the_bias_comes_last()
    {
        // 2²⁴ + 1 rounds to 2²⁴: where the ones stand in the order decides what survives.
        DenseTensor<float> input = DenseTensor<float>.From([1 << 24, 1, -(1 << 24), 1], 1, 2, 1, 2);
        DenseTensor<float> weight = DenseTensor<float>.From([1, 1, 1, 1], 1, 2, 1, 2);
        DenseTensor<float> output = new(1, 1, 1, 1);
        Conv2d.Forward(input, weight, DenseTensor<float>.From([3], 1), new ConvAttributes(1, 2), output);
        Assert.Equal(4f, output.Span[0]);
        Conv2d.Forward(input, weight, DenseTensor<float>.From([1 << 24], 1), new ConvAttributes(1, 2), output);
        Assert.Equal((float)(1 << 24), output.Span[0]);
    }

    /// <summary>Visits every product of an input, a weight and an output, from the input's side.</summary>
    private static void Scatter(ConvCases.Case one, Action<int, int, int> visit)
    {
        ConvAttributes a = one.Attributes;
        TensorShape x = one.Input;
        TensorShape w = one.Weight;
        TensorShape y = one.Output;
        int outputsPerGroup = w[0] / a.Groups;
        for (int n = 0; n < x[0]; n++)
        {
            for (int c = 0; c < x[1]; c++)
            {
                int group = c / w[1];
                for (int h = 0; h < x[2]; h++)
                {
                    for (int column = 0; column < x[3]; column++)
                    {
                        for (int k = group * outputsPerGroup; k < (group + 1) * outputsPerGroup; k++)
                        {
                            for (int r = 0; r < w[2]; r++)
                            {
                                for (int s = 0; s < w[3]; s++)
                                {
                                    int top = h + a.PaddingHeight - (r * a.DilationHeight);
                                    int left = column + a.PaddingWidth - (s * a.DilationWidth);
                                    bool meets = top >= 0 && left >= 0 && top % a.StrideHeight == 0 && left % a.StrideWidth == 0
                                        && top / a.StrideHeight < y[2] && left / a.StrideWidth < y[3];
                                    if (meets)
                                    {
                                        visit(
                                            (((n * x[1]) + c) * x[2] + h) * x[3] + column,
                                            (((k * w[1]) + (c % w[1])) * w[2] + r) * w[3] + s,
                                            (((n * y[1]) + k) * y[2] + (top / a.StrideHeight)) * y[3] + (left / a.StrideWidth));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>Sums in double with what their bound needs: the sums of magnitudes and the numbers of terms.</summary>
    private sealed class Sums(int length)
    {
        private readonly double[] _sums = new double[length];
        private readonly double[] _magnitudes = new double[length];
        private readonly int[] _terms = new int[length];

        public void Add(int index, double product)
        {
            _sums[index] += product;
            _magnitudes[index] += Math.Abs(product);
            _terms[index]++;
        }

        /// <summary>|error| ≤ n·u·Σ|a·b| in any order (Jeannerod and Rump 2013), and the same for the double sum.</summary>
        public void AssertHolds(DenseTensor<float> actual, string context)
        {
            for (int i = 0; i < length; i++)
            {
                double bound = _terms[i] * _magnitudes[i] * (Math.ScaleB(1, -24) + Math.ScaleB(1, -52));
                double error = Math.Abs(actual.Span[i] - _sums[i]);
                if (!(error <= bound))
                {
                    Assert.Fail($"{context}: element {i} is {actual.Span[i]:R}, {_sums[i]:R} in double, apart by {error:E2} > {bound:E2} after {_terms[i]} terms");
                }
            }
        }
    }
}

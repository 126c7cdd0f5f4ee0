using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class PoolingTests
{
    public static TheoryData<int[], PoolAttributes> Cases => new()
    {
        { new[] { 2, 3, 8, 8 }, PoolAttributes.Square(2, 2) },
        { new[] { 2, 2, 7, 5 }, PoolAttributes.Square(3, 2, 1) },
        { new[] { 1, 2, 6, 9 }, new PoolAttributes(3, 2, 1, 3, 1, 1) },
        { new[] { 1, 1, 5, 5 }, PoolAttributes.Square(3, 1) },
        { new[] { 2, 1, 4, 4 }, PoolAttributes.Square(4, 4) },
        { new[] { 1, 1, 3, 3 }, PoolAttributes.Square(1, 2) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Maxima_and_means_are_those_of_plain_loops(int[] extents, PoolAttributes a)
    {
        DenseTensor<double> input = TestTensors.Normal<double>(1, extents);
        TensorShape shape = MaxPool2d.OutputShape(input.Shape, a);
        DenseTensor<double> maxima = new(shape);
        DenseTensor<int> indices = new(shape);
        DenseTensor<double> means = new(shape);
        MaxPool2d.Forward(input, a, maxima, indices);
        AvgPool2d.Forward(input, a, means);
        (int height, int width) = (extents[2], extents[3]);
        for (int i = 0; i < maxima.Length; i++)
        {
            (int plane, int p, int q) = (i / (shape[2] * shape[3]), i / shape[3] % shape[2], i % shape[3]);
            double maximum = double.NegativeInfinity;
            int winner = -1;
            double sum = 0;
            for (int r = 0; r < a.KernelHeight; r++)
            {
                for (int s = 0; s < a.KernelWidth; s++)
                {
                    (int h, int w) = ((p * a.StrideHeight) + r - a.PaddingHeight, (q * a.StrideWidth) + s - a.PaddingWidth);
                    if (h >= 0 && h < height && w >= 0 && w < width)
                    {
                        double value = input.Span[(((plane * height) + h) * width) + w];
                        sum += value;
                        (maximum, winner) = value > maximum ? (value, (h * width) + w) : (maximum, winner);
                    }
                }
            }

            Assert.Equal(maximum, maxima.Span[i]);
            Assert.Equal(winner, indices.Span[i]);
            Assert.Equal(sum / (a.KernelHeight * a.KernelWidth), means.Span[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_those_of_central_differences(int[] extents, PoolAttributes a)
    {
        // Distinct multiples of 0.1 keep every maximum more than two steps from the next value.
        DenseTensor<double> input = new(extents);
        int[] order = new int[input.Length];
        new RobMask.Numerics.PhiloxStream(new(2, 1000, 0)).Permutation(order);
        for (int i = 0; i < order.Length; i++)
        {
            input.Span[i] = 0.1 * order[i];
        }

        TensorShape shape = MaxPool2d.OutputShape(input.Shape, a);
        DenseTensor<double> weights = TestTensors.Normal<double>(3, shape.Extents);
        DenseTensor<double> output = new(shape);
        DenseTensor<int> indices = new(shape);
        DenseTensor<double> gradient = new(extents);
        MaxPool2d.Forward(input, a, output, indices);
        MaxPool2d.Backward(weights, indices, gradient);
        GradientCheck.Matches("max", input, gradient, () =>
        {
            MaxPool2d.Forward(input, a, output, new DenseTensor<int>(shape));
            return GradientCheck.Weighted(output, weights);
        });
        AvgPool2d.Backward(weights, a, gradient);
        GradientCheck.Matches("average", input, gradient, () =>
        {
            AvgPool2d.Forward(input, a, output);
            return GradientCheck.Weighted(output, weights);
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_windows_at_once_have_the_winners_of_the_plain_loops(int[] extents, PoolAttributes a)
    {
        // Few distinct values give ties in most windows; the specials fall where they may. Double takes the plain loops.
        float[] values = [float.NaN, float.NegativeInfinity, float.NegativeInfinity, float.PositiveInfinity, -0f, 0f, 1, 1, -1, -1, 2, float.NegativeInfinity];
        RobMask.Numerics.PhiloxStream random = new(new(7, 1000, 0));
        for (int trial = 0; trial < 50; trial++)
        {
            // Every other plane is larger than a register of outputs.
            int[] size = trial % 2 == 0 ? extents : [extents[0], extents[1], 25, 23];
            DenseTensor<float> input = new(size);
            for (int i = 0; i < input.Length; i++)
            {
                // Trial 0 has only −∞, later ones more and more of the list.
                input.Span[i] = trial == 0 ? float.NegativeInfinity : values[^(1 + random.Integer((trial * 100_000L) + i, 1 + (trial % values.Length)))];
            }

            TensorShape shape = MaxPool2d.OutputShape(input.Shape, a);
            DenseTensor<float> maxima = new(shape);
            DenseTensor<int> winners = new(shape);
            DenseTensor<double> plainMaxima = new(shape);
            DenseTensor<int> plainWinners = new(shape);
            MaxPool2d.Forward(input, a, maxima, winners);
            MaxPool2d.Forward(TestTensors.Widen(input), a, plainMaxima, plainWinners);
            TestTensors.AssertSameBits<int>($"winners of trial {trial}", plainWinners.Span, winners.Span);
            for (int i = 0; i < maxima.Length; i++)
            {
                int plane = i / (shape[2] * shape[3]) * size[2] * size[3];
                Assert.Equal(BitConverter.SingleToInt32Bits(input.Span[plane + winners.Span[i]]), BitConverter.SingleToInt32Bits(maxima.Span[i]));
            }
        }
    }

    [Fact]
    public void The_first_of_equal_values_wins_and_the_last_NaN_wins_over_all()
    {
        (float Value, int Index) Winner(params float[] values)
        {
            DenseTensor<float> output = new(1, 1, 1, 1);
            DenseTensor<int> index = new(1, 1, 1, 1);
            MaxPool2d.Forward(DenseTensor<float>.From(values, 1, 1, 2, 2), PoolAttributes.Square(2, 2), output, index);
            return (output.Span[0], index.Span[0]);
        }

        Assert.Equal((2f, 1), Winner(1, 2, 2, 2));
        Assert.Equal(0, Winner(-0f, 0f, -1, -1).Index);
        Assert.True(float.IsNegative(Winner(-0f, 0f, -1, -1).Value));
        Assert.Equal((float.NaN, 2), Winner(1, float.NaN, float.NaN, 9));
        Assert.Equal((float.NaN, 0), Winner(float.NaN, 1, 2, 3));
        Assert.Equal((float.NegativeInfinity, 0), Winner(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity));
    }

    [Fact]
    public void Padding_is_never_the_maximum_and_always_counts_in_the_mean()
    {
        DenseTensor<float> input = new(1, 1, 2, 2);
        input.Span.Fill(-4);
        PoolAttributes a = PoolAttributes.Square(2, 2, 1);
        DenseTensor<float> output = new(1, 1, 2, 2);
        MaxPool2d.Forward(input, a, output, new DenseTensor<int>(1, 1, 2, 2));
        Assert.All(output.Span.ToArray(), value => Assert.Equal(-4, value));
        AvgPool2d.Forward(input, a, output);
        Assert.All(output.Span.ToArray(), value => Assert.Equal(-1, value));
    }

    [Fact]
    public void Global_average_is_the_mean_rounded_once_and_its_gradient_is_shared_evenly()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(4, 3, 5, 7, 7);
        DenseTensor<float> output = new(3, 5);
        GlobalAvgPool.Forward(input, output);
        for (int plane = 0; plane < 15; plane++)
        {
            // Two double sums of 49 floats differ by less than 2⁻⁴⁵; only a tie could then round differently, and the seed has none.
            Assert.Equal((float)(input.Span.Slice(plane * 49, 49).ToArray().Sum(value => (double)value) / 49), output.Span[plane]);
        }

        DenseTensor<double> wide = TestTensors.Normal<double>(5, 2, 3, 4, 4);
        DenseTensor<double> pooled = new(2, 3);
        DenseTensor<double> weights = TestTensors.Normal<double>(6, 2, 3);
        DenseTensor<double> gradient = new(wide.Shape);
        GlobalAvgPool.Backward(weights, gradient);
        GradientCheck.Matches("global average", wide, gradient, () =>
        {
            GlobalAvgPool.Forward(wide, pooled);
            return GradientCheck.Weighted(pooled, weights);
        });
    }

    [Theory]
    [InlineData(3, 1, 2, "C3")]
    [InlineData(0, 1, 0, "C2")]
    [InlineData(2, 0, 0, "C2")]
    [InlineData(9, 1, 0, "C4")]
    public void Windows_that_do_not_suit_are_refused_by_rule(int kernel, int stride, int padding, string rule)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => MaxPool2d.OutputShape(new TensorShape(1, 1, 4, 4), PoolAttributes.Square(kernel, stride, padding)));
        Assert.Contains("pool2d " + rule, error.Message, StringComparison.Ordinal);
    }
}

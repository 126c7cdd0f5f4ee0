using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class LossTests
{
    private const int Images = 6;
    private const int Classes = 7;

    [Fact]
    public void Softmax_is_the_definition_and_sums_to_one()
    {
        DenseTensor<double> input = Logits(1);
        DenseTensor<double> output = new(input.Shape);
        DenseTensor<double> logarithms = new(input.Shape);
        Softmax.Forward(input, output);
        LogSoftmax.Forward(input, logarithms);
        for (int n = 0; n < Images; n++)
        {
            double sum = input.Image(n).ToArray().Sum(Math.Exp);
            for (int j = 0; j < Classes; j++)
            {
                Assert.Equal(Math.Exp(input.Image(n)[j]) / sum, output.Image(n)[j], 1e-15);
                Assert.Equal(input.Image(n)[j] - Math.Log(sum), logarithms.Image(n)[j], 1e-14);
            }

            Assert.Equal(1, output.Image(n).ToArray().Sum(), 1e-15);
        }
    }

    [Fact]
    public void Softmax_in_float_stays_within_its_bound()
    {
        // Shift: u|x − M|, exp: u, sum: u, quotient: u, and the relative errors of the exponentials in the sum: their mean is at most the largest.
        DenseTensor<float> input = TestTensors.Normal<float>(2, 50, 10);
        DenseTensor<float> narrow = new(input.Shape);
        DenseTensor<double> wide = new(input.Shape);
        Softmax.Forward(input, narrow);
        Softmax.Forward(TestTensors.Widen(input), wide);
        for (int i = 0; i < input.Length; i++)
        {
            float maximum = input.Image(i / 10).ToArray().Max();
            double span = maximum - input.Image(i / 10).ToArray().Min();
            double bound = 1.01 * Math.ScaleB(1, -24) * wide.Span[i] * (maximum - input.Span[i] + span + 4);
            Assert.InRange(narrow.Span[i], wide.Span[i] - bound, wide.Span[i] + bound);
        }
    }

    [Fact]
    public void Softmax_does_not_change_when_all_logits_shift_exactly()
    {
        DenseTensor<float> input = DenseTensor<float>.From([1, 2, 3.5f, 1001, 1002, 1003.5f], 2, 3);
        DenseTensor<float> output = new(2, 3);
        Softmax.Forward(input, output);
        TestTensors.AssertSameBits<float>("shifted", output.Image(0), output.Image(1));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Cross_entropy_is_the_definition(float smoothing)
    {
        DenseTensor<double> logits = Logits(3);
        DenseTensor<int> labels = TestTensors.Labels(4, Images, Classes);
        DenseTensor<double> loss = new(Images);
        CrossEntropy.Forward(logits, labels, smoothing, loss);
        for (int n = 0; n < Images; n++)
        {
            double[] z = logits.Image(n).ToArray();
            double logSum = Math.Log(z.Sum(Math.Exp));
            double expected = 0;
            for (int j = 0; j < Classes; j++)
            {
                double target = ((double)smoothing / Classes) + (j == labels.Span[n] ? 1 - (double)smoothing : 0);
                expected -= target * (z[j] - logSum);
            }

            Assert.Equal(expected, loss.Span[n], 1e-14);
        }
    }

    [Fact]
    public void Equal_logits_cost_log_K()
    {
        DenseTensor<float> loss = new(1);
        CrossEntropy.Forward(new DenseTensor<float>(1, 10), new DenseTensor<int>(1), 0, loss);
        Assert.Equal(2.3025851f, loss.Span[0]);
    }

    [Fact]
    public void Gradients_of_softmax_and_its_logarithm_are_those_of_central_differences()
    {
        DenseTensor<double> input = Logits(5);
        DenseTensor<double> weights = Logits(6);
        DenseTensor<double> output = new(input.Shape);
        DenseTensor<double> gradient = new(input.Shape);
        double SoftmaxObjective()
        {
            Softmax.Forward(input, output);
            return GradientCheck.Weighted(output, weights);
        }

        double LogObjective()
        {
            LogSoftmax.Forward(input, output);
            return GradientCheck.Weighted(output, weights);
        }

        SoftmaxObjective();
        Softmax.Backward(output, weights, gradient);
        GradientCheck.Matches("softmax", input, gradient, SoftmaxObjective);
        LogObjective();
        LogSoftmax.Backward(output, weights, gradient);
        GradientCheck.Matches("log softmax", input, gradient, LogObjective);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.2f)]
    public void Gradient_of_cross_entropy_is_that_of_central_differences(float smoothing)
    {
        DenseTensor<double> logits = Logits(7);
        DenseTensor<int> labels = TestTensors.Labels(8, Images, Classes);
        DenseTensor<double> loss = new(Images);
        DenseTensor<double> gradient = new(logits.Shape);
        CrossEntropy.Backward(logits, labels, smoothing, 0.25, gradient);
        GradientCheck.Matches("cross entropy", logits, gradient, () =>
        {
            CrossEntropy.Forward(logits, labels, smoothing, loss);
            return 0.25 * loss.Span.ToArray().Sum();
        });
    }

    [Fact]
    public void Kl_divergence_is_the_definition_and_both_gradients_are_those_of_central_differences()
    {
        DenseTensor<double> reference = Logits(9);
        DenseTensor<double> logits = Logits(10);
        DenseTensor<double> loss = new(Images);
        double Objective()
        {
            KlDivergence.Forward(reference, logits, loss);
            return 0.5 * loss.Span.ToArray().Sum();
        }

        Objective();
        for (int n = 0; n < Images; n++)
        {
            double[] p = [.. reference.Image(n).ToArray().Select(Math.Exp)];
            double[] q = [.. logits.Image(n).ToArray().Select(Math.Exp)];
            double expected = p.Zip(q, (a, b) => a / p.Sum() * Math.Log(a / p.Sum() / (b / q.Sum()))).Sum();
            Assert.Equal(expected, loss.Span[n], 1e-14);
        }

        DenseTensor<double> gradReference = new(logits.Shape);
        DenseTensor<double> gradLogits = new(logits.Shape);
        KlDivergence.Backward(reference, logits, 0.5, gradReference, gradLogits);
        GradientCheck.Matches("reference", reference, gradReference, Objective);
        GradientCheck.Matches("logits", logits, gradLogits, Objective);
    }

    [Fact]
    public void Kl_divergence_of_equal_logits_is_zero_with_zero_gradients()
    {
        DenseTensor<float> logits = TestTensors.Normal<float>(11, 3, 5);
        DenseTensor<float> loss = new(3);
        DenseTensor<float> gradient = new(3, 5);
        DenseTensor<float> gradReference = new(3, 5);
        KlDivergence.Forward(logits, logits, loss);
        KlDivergence.Backward(logits, logits, 1f, gradReference, gradient);
        Assert.All(loss.Span.ToArray().Concat(gradient.Span.ToArray()).Concat(gradReference.Span.ToArray()), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Kl_divergence_of_a_saturated_reference_is_finite()
    {
        DenseTensor<float> loss = new(1);
        KlDivergence.Forward(DenseTensor<float>.From([1000, 0, float.NegativeInfinity], 1, 3), DenseTensor<float>.From([2, 1, 0], 1, 3), loss);
        Assert.Equal(0.40760598f, loss.Span[0], 1e-7f);
    }

    [Fact]
    public void Margin_is_the_best_other_logit_less_the_labels()
    {
        DenseTensor<float> logits = DenseTensor<float>.From([1, 5, 3, 5, 4, 4, 4, 4], 2, 4);
        DenseTensor<int> labels = DenseTensor<int>.From([2, 0], 2);
        DenseTensor<float> loss = new(2);
        DenseTensor<float> gradient = new(2, 4);
        MarginLoss.Forward(logits, labels, loss);
        MarginLoss.Backward(logits, labels, 0.5f, gradient);
        Assert.Equal([2, 0], loss.Span.ToArray());
        Assert.Equal([0, 0.5f, -0.5f, 0, -0.5f, 0.5f, 0, 0], gradient.Span.ToArray());
    }

    [Fact]
    public void Dlr_is_the_ratio_worked_by_hand()
    {
        // Logits 1, 4, 2, −1: π = (1, 2, 0, 3). Label 0: −(1 − 4)/(4 − 1) = 1. Label 1: −(4 − 2)/(4 − 1) = −2/3.
        // Targeted, label 1 to target 3: −(4 + 1)/(4 − (1 − 1)/2) = −1.25.
        DenseTensor<double> logits = DenseTensor<double>.From([1, 4, 2, -1, 1, 4, 2, -1], 2, 4);
        DenseTensor<double> loss = new(2);
        DlrLoss.Forward(logits, DenseTensor<int>.From([0, 1], 2), loss);
        Assert.Equal(1, loss.Span[0], 1e-11);
        Assert.Equal(-2.0 / 3, loss.Span[1], 1e-11);
        DlrLoss.ForwardTargeted(logits, DenseTensor<int>.From([1, 0], 2), DenseTensor<int>.From([3, 1], 2), loss);
        Assert.Equal(-1.25, loss.Span[0], 1e-11);
        Assert.Equal(0.75, loss.Span[1], 1e-11);
    }

    [Fact]
    public void Gradients_of_margin_and_dlr_are_those_of_central_differences()
    {
        DenseTensor<double> logits = Logits(12);
        DenseTensor<int> labels = TestTensors.Labels(13, Images, Classes);
        DenseTensor<int> targets = new(Images);
        for (int n = 0; n < Images; n++)
        {
            // Labels of every rank: the best class, the second, third, fourth, and a low one.
            int[] ranks = [.. Enumerable.Range(0, Classes).OrderByDescending(j => logits.Image(n)[j])];
            labels.Span[n] = ranks[n % 5];
            targets.Span[n] = ranks[(n + 2) % 5];
        }

        DenseTensor<double> loss = new(Images);
        DenseTensor<double> gradient = new(logits.Shape);
        double Sum(Action forward)
        {
            forward();
            return 2 * loss.Span.ToArray().Sum();
        }

        MarginLoss.Backward(logits, labels, 2, gradient);
        GradientCheck.Matches("margin", logits, gradient, () => Sum(() => MarginLoss.Forward(logits, labels, loss)));
        DlrLoss.Backward(logits, labels, 2, gradient);
        GradientCheck.Matches("dlr", logits, gradient, () => Sum(() => DlrLoss.Forward(logits, labels, loss)));
        DlrLoss.BackwardTargeted(logits, labels, targets, 2, gradient);
        GradientCheck.Matches("targeted dlr", logits, gradient, () => Sum(() => DlrLoss.ForwardTargeted(logits, labels, targets, loss)));
    }

    [Fact]
    public void Dlr_of_equal_top_logits_is_finite_and_zero_where_the_label_is_among_them()
    {
        DenseTensor<float> logits = DenseTensor<float>.From([3, 3, 3, 1, 3, 3, 3, 1], 2, 4);
        DenseTensor<float> loss = new(2);
        DenseTensor<float> gradient = new(2, 4);
        DenseTensor<int> labels = DenseTensor<int>.From([1, 3], 2);
        DlrLoss.Forward(logits, labels, loss);
        DlrLoss.Backward(logits, labels, 1, gradient);
        Assert.Equal(0f, loss.Span[0]);
        Assert.True(loss.Span[1] > 1e12f && float.IsFinite(loss.Span[1]));
        Assert.All(gradient.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void NaN_among_the_logits_shows_in_every_loss()
    {
        foreach (int place in new[] { 0, 1, 2, 3, 4 })
        {
            DenseTensor<float> logits = DenseTensor<float>.From([1, 4, 2, -1, 0], 1, 5);
            logits.Span[place] = float.NaN;
            DenseTensor<int> labels = DenseTensor<int>.From([2], 1);
            DenseTensor<float> loss = new(1);
            CrossEntropy.Forward(logits, labels, 0, loss);
            Assert.True(float.IsNaN(loss.Span[0]));
            KlDivergence.Forward(logits, new DenseTensor<float>(1, 5), loss);
            Assert.True(float.IsNaN(loss.Span[0]));
            MarginLoss.Forward(logits, labels, loss);
            Assert.True(float.IsNaN(loss.Span[0]));
            DlrLoss.Forward(logits, labels, loss);
            Assert.True(float.IsNaN(loss.Span[0]));
        }
    }

    [Fact]
    public void Reductions_are_the_sum_and_the_mean_and_none_is_no_number()
    {
        DenseTensor<float> loss = DenseTensor<float>.From([1, 2, 4], 3);
        Assert.Equal(7, CrossEntropy.Reduce(loss, Reduction.Sum));
        Assert.Equal(7f / 3, CrossEntropy.Reduce(loss, Reduction.Mean));
        Assert.Throws<ArgumentException>(() => CrossEntropy.Reduce(loss, Reduction.None));
        Assert.Throws<ArgumentException>(() => CrossEntropy.Reduce(new DenseTensor<float>(0), Reduction.Mean));
    }

    [Fact]
    public void Too_few_classes_and_labels_that_are_no_class_are_named()
    {
        DenseTensor<int> zero = new(1);
        DenseTensor<int> one = DenseTensor<int>.From([1], 1);
        DenseTensor<float> loss = new(1);
        void Fails(string message, Action action) => Assert.Contains(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
        Fails("margin C2", () => MarginLoss.Forward(new DenseTensor<float>(1, 1), zero, loss));
        Fails("dlr C2", () => DlrLoss.Forward(new DenseTensor<float>(1, 2), zero, loss));
        Fails("targeted dlr C2", () => DlrLoss.ForwardTargeted(new DenseTensor<float>(1, 3), zero, one, loss));
        Fails("targeted dlr C5", () => DlrLoss.ForwardTargeted(new DenseTensor<float>(1, 4), one, one, loss));
        Fails("labels[0] = 5 is not one of the 5 classes", () => CrossEntropy.Forward(new DenseTensor<float>(1, 5), DenseTensor<int>.From([5], 1), 0, loss));
        Fails("labels[0] = -100 is not one of the 5 classes", () => CrossEntropy.Forward(new DenseTensor<float>(1, 5), DenseTensor<int>.From([-100], 1), 0, loss));
        Fails("cross entropy C5", () => CrossEntropy.Forward(new DenseTensor<float>(1, 5), zero, 1, loss));
    }

    private static DenseTensor<double> Logits(uint seed) => TestTensors.Normal<double>(seed, Images, Classes);
}

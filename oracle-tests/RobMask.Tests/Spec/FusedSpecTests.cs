using System.Numerics;
using EvaluationOrder;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>Operations that the library runs in one pass have the bits of the document's operations one after the other.</summary>
public sealed class FusedSpecTests
{
    [Fact]
    public void Convolutions_with_an_addend_have_the_bits_of_a_sum_afterwards() => SpecTheory.Repeat(60, Convolve<float>, Convolve<double>);

    [Fact]
    public void Batch_normalisation_in_one_pass_has_the_bits_of_its_parts() => SpecTheory.Repeat(180, Normalise<float>, Normalise<double>);

    private static void Convolve<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int kernel = draw.Between(1, 3);
        int stride = draw.Between(1, 2);
        Convolution.Extents e = new(
            draw.Of(draw.Between(1, 3), draw.Between(20, 40)), draw.Between(1, 20), draw.Between(3, 8), draw.Between(3, 8), draw.Between(1, 7), kernel, kernel, stride, stride, kernel / 2, kernel / 2, 1, 1, 1);
        T[] input = draw.Values<T>(e.N * e.C * e.H * e.W, manner);
        T[] weight = draw.Values<T>(e.K * e.C * e.R * e.S, manner);
        T[] bias = draw.Values<T>(e.K, manner);
        T[] gradOutput = draw.Values<T>(e.N * e.K * e.P * e.Q, manner);
        T[] forOutput = draw.Values<T>(gradOutput.Length, manner);
        T[] forInput = draw.Values<T>(input.Length, manner);
        ConvAttributes attributes = new(kernel, kernel, stride, stride, kernel / 2, kernel / 2, 1, 1, 1);
        int[] inputShape = [e.N, e.C, e.H, e.W];
        int[] outputShape = [e.N, e.K, e.P, e.Q];
        DenseTensor<T> w = DenseTensor<T>.From(weight, e.K, e.C, e.R, e.S);
        Trial<T> trial = new("conv2d with an addend", draw);

        DenseTensor<T> output = new(outputShape);
        Conv2d.Forward(DenseTensor<T>.From(input, inputShape), w, DenseTensor<T>.From(bias, e.K), attributes, output, DenseTensor<T>.From(forOutput, outputShape));
        trial.Same("output", ElementByElement.Residual(Convolution.Forward(input, weight, bias, e), forOutput), output.Span);

        DenseTensor<T> gradInput = DenseTensor<T>.From(forInput, inputShape);
        Conv2d.BackwardInput(DenseTensor<T>.From(gradOutput, outputShape), w, attributes, gradInput, gradInput);
        trial.Same("grad_input", ElementByElement.Residual(Convolution.BackwardInput(gradOutput, weight, e), forInput), gradInput.Span);
    }

    private static void Normalise<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int channels, int height, int width) = (draw.Between(2, 19), draw.Of(1, draw.Between(2, 20)), draw.Between(1, 9), draw.Between(1, 9));
        int plane = height * width;
        int[] shape = [images, channels, height, width];
        bool each = draw.Chance(0.5);
        int[] mask = each ? [images, channels] : [channels];
        int masks = each ? images * channels : channels;
        bool relu = draw.Chance(0.5);
        bool training = draw.Chance(0.6);
        float epsilon = draw.Of(1e-5f, 0f);
        T[] input = draw.Values<T>(images * channels * plane, manner);
        T[] gradOutput = draw.Values<T>(input.Length, manner);
        T[] addend = draw.Values<T>(input.Length, manner);
        T[] gamma = draw.Values<T>(masks, manner);
        T[] beta = draw.Values<T>(masks, manner);
        T[] runningMean = draw.Values<T>(channels, manner);
        T[] runningVariance = draw.Values<T>(channels, Manner.Ordinary);
        (T[] normalised, T[] mean, _, T[] reciprocal) = training
            ? Normalisation.Training(input, images, channels, plane, epsilon)
            : With(Normalisation.Evaluation(input, runningMean, runningVariance, images, channels, plane, epsilon), runningMean, runningVariance);
        T[] z = Rescaling.Forward(normalised, gamma, beta, channels, plane, each);

        DenseTensor<T> a = DenseTensor<T>.From(input, shape);
        (DenseTensor<T> gammas, DenseTensor<T> betas) = (DenseTensor<T>.From(gamma, mask), DenseTensor<T>.From(beta, mask));
        DenseTensor<T> means = DenseTensor<T>.From(runningMean, channels);
        DenseTensor<T> variances = DenseTensor<T>.From(runningVariance, channels);
        DenseTensor<T> reciprocals = new(channels);
        DenseTensor<T> output = new(shape);
        foreach (bool adds in new[] { true, false })
        {
            DenseTensor<T>? s = adds ? DenseTensor<T>.From(addend, shape) : null;
            if (training)
            {
                BatchNorm.ForwardTraining(a, epsilon, gammas, betas, s, relu, output, means, variances, reciprocals);
            }
            else
            {
                BatchNorm.ForwardEvaluation(a, means, variances, epsilon, gammas, betas, s, relu, output, reciprocals);
            }

            T[] sum = adds ? ElementByElement.Residual(z, addend) : z;
            new Trial<T>($"batch norm, relu {relu}, training {training}, addend {adds}", draw).Same("output", relu ? ElementByElement.Relu(sum) : sum, output.Span);
        }

        Trial<T> backward = new($"batch norm backward, relu {relu}, training {training}", draw);
        backward.Same("mean", mean, means.Span);
        backward.Same("reciprocal", reciprocal, reciprocals.Span);
        T[] g = relu ? ElementByElement.ReluBackward(ElementByElement.Relu(z), gradOutput) : gradOutput;
        (T[] gradGamma, T[] gradBeta) = Rescaling.BackwardMask(normalised, g, images, channels, plane, each);
        T[] ofNormalised = Rescaling.BackwardInput(g, gamma, channels, plane, each);
        T[] gradInput = training
            ? Normalisation.BackwardTraining(normalised, ofNormalised, reciprocal, images, channels, plane)
            : Normalisation.BackwardEvaluation(ofNormalised, reciprocal, channels, plane);
        (DenseTensor<T> byGamma, DenseTensor<T> byBeta, DenseTensor<T> byInput) = (new(mask), new(mask), new(shape));
        BatchNorm.Backward(a, means, reciprocals, gammas, betas, relu, training, DenseTensor<T>.From(gradOutput, shape), byGamma, byBeta, DenseTensor<T>.From(addend, shape), byInput);
        backward.Same("grad_gamma", gradGamma, byGamma.Span);
        backward.Same("grad_beta", gradBeta, byBeta.Span);
        backward.Same("grad_input", ElementByElement.Residual(gradInput, addend), byInput.Span);
    }

    private static (T[] Output, T[] Mean, T[] Variance, T[] Reciprocal) With<T>((T[] Output, T[] Reciprocal) evaluated, T[] mean, T[] variance) =>
        (evaluated.Output, mean, variance, evaluated.Reciprocal);
}

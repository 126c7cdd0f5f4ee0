using System.Numerics;
using EvaluationOrder;
using Xunit;

namespace RobMask.Tests.Spec;

/// <summary>Normalisation, rescaling and mixtures of masks against the naive ones from the document.</summary>
public sealed class NormalisationSpecTests
{
    [Fact]
    public void Normalisation_by_the_batch_has_the_bits_of_the_document() => SpecTheory.Repeat(180, Training<float>, Training<double>);

    [Fact]
    public void Normalisation_by_running_statistics_has_the_bits_of_the_document() => SpecTheory.Repeat(120, Evaluation<float>, Evaluation<double>);

    [Fact]
    public void Rescaling_has_the_bits_of_the_document() => SpecTheory.Repeat(180, Rescale<float>, Rescale<double>);

    [Fact]
    public void Mixtures_have_the_bits_of_the_document() => SpecTheory.Repeat(180, Mix<float>, Mix<double>);

    [Fact]
    public void Batch_normalisation_has_the_bits_of_normalising_and_rescaling() => SpecTheory.Repeat(180, BatchNorm<float>, BatchNorm<double>);

    private static void Training<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int channels, int height, int width, int[] extents) = Shape(draw, leastCount: 2);
        int plane = height * width;
        T[] input = draw.Values<T>(images * channels * plane, manner);
        if (draw.Chance(0.5))
        {
            // Planes of different brightness, so that the merging of planes decides the variance.
            T[] brightness = draw.Values<T>(images * channels, manner);
            input = [.. input.Select((x, i) => x + (T.CreateTruncating(16) * brightness[i / plane]))];
        }

        T[] gradOutput = draw.Values<T>(input.Length, manner);
        T[] runningMean = draw.Values<T>(channels, manner);
        T[] runningVariance = draw.Values<T>(channels, manner);
        float epsilon = draw.Of(1e-5f, 1e-3f, 0f, draw.Float(0, 1));
        float momentum = draw.Of(0.1f, 1f, 0f, draw.Float(0, 1));
        (T[] output, T[] mean, T[] variance, T[] reciprocal) = Normalisation.Training(input, images, channels, plane, epsilon);

        Trial<T> trial = new("normalize", draw);
        trial.Input("input", input, extents);
        trial.Attribute("training", true);
        trial.Attribute("eps", epsilon);
        trial.Input("running_mean", runningMean, channels);
        trial.Input("running_var", runningVariance, channels);
        trial.Attribute("momentum", momentum);
        double count = images * plane;
        trial.Gives("running_mean", Normalisation.Running(runningMean, mean, momentum, 1));
        trial.Gives("running_var", Normalisation.Running(runningVariance, variance, momentum, count / (count - 1)));
        trial.Gives("output", output);
        trial.Gives("mean", mean);
        trial.Gives("var", variance);

        Trial<T> backward = new("normalize_backward", draw);
        backward.Input("input", input, extents);
        backward.Input("grad_output", gradOutput, extents);
        backward.Attribute("training", true);
        backward.Attribute("eps", epsilon);
        backward.Gives("grad_input", Normalisation.BackwardTraining(output, gradOutput, reciprocal, images, channels, plane));
    }

    private static void Evaluation<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int channels, int height, int width, int[] extents) = Shape(draw);
        int plane = height * width;
        T[] input = draw.Values<T>(images * channels * plane, manner);
        T[] gradOutput = draw.Values<T>(input.Length, manner);
        T[] runningMean = draw.Values<T>(channels, manner);
        T[] runningVariance = draw.Values<T>(channels, manner);
        float epsilon = draw.Of(1e-5f, 1e-3f, 0f, draw.Float(0, 1));
        (T[] output, T[] reciprocal) = Normalisation.Evaluation(input, runningMean, runningVariance, images, channels, plane, epsilon);
        foreach (string operation in new[] { "normalize", "normalize_backward" })
        {
            Trial<T> trial = new(operation, draw);
            trial.Input("input", input, extents);
            trial.Input("running_mean", runningMean, channels);
            trial.Input("running_var", runningVariance, channels);
            trial.Attribute("eps", epsilon);
            if (operation == "normalize")
            {
                trial.Gives("output", output);
            }
            else
            {
                trial.Input("grad_output", gradOutput, extents);
                trial.Gives("grad_input", Normalisation.BackwardEvaluation(gradOutput, reciprocal, channels, plane));
            }
        }
    }

    private static void BatchNorm<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool training = draw.Chance(0.5);
        (int images, int channels, int height, int width, int[] extents) = Shape(draw, leastCount: training ? 2 : 1);
        int plane = height * width;
        T[] input = draw.Values<T>(images * channels * plane, manner);
        T[] gradOutput = draw.Values<T>(input.Length, manner);
        T[] weight = draw.Values<T>(channels, manner);
        T[] bias = draw.Values<T>(channels, manner);
        T[] runningMean = draw.Values<T>(channels, manner);
        T[] runningVariance = draw.Values<T>(channels, manner);
        float epsilon = draw.Of(1e-5f, 1e-3f, 0f, draw.Float(0, 1));
        float momentum = draw.Of(0.1f, 1f, 0f, draw.Float(0, 1));
        T[] normalised;
        T[] reciprocal;
        T[] mean = runningMean;
        T[] variance = runningVariance;
        if (training)
        {
            (normalised, mean, variance, reciprocal) = Normalisation.Training(input, images, channels, plane, epsilon);
        }
        else
        {
            (normalised, reciprocal) = Normalisation.Evaluation(input, runningMean, runningVariance, images, channels, plane, epsilon);
        }

        foreach (string operation in new[] { "batch_norm", "batch_norm_backward" })
        {
            Trial<T> trial = new(operation, draw);
            trial.Input("input", input, extents);
            trial.Input("weight", weight, channels);
            trial.Input("running_mean", runningMean, channels);
            trial.Input("running_var", runningVariance, channels);
            trial.Attribute("training", training);
            trial.Attribute("eps", epsilon);
            if (operation == "batch_norm")
            {
                trial.Input("bias", bias, channels);
                trial.Attribute("momentum", momentum);
                trial.Gives("output", Rescaling.Forward(normalised, weight, bias, channels, plane, false));
                if (training)
                {
                    double count = images * plane;
                    trial.Gives("mean", mean);
                    trial.Gives("var", variance);
                    trial.Gives("running_mean", Normalisation.Running(runningMean, mean, momentum, 1));
                    trial.Gives("running_var", Normalisation.Running(runningVariance, variance, momentum, count / (count - 1)));
                }

                continue;
            }

            trial.Input("grad_output", gradOutput, extents);
            T[] gradNormalised = Rescaling.BackwardInput(gradOutput, weight, channels, plane, false);
            (T[] gradWeight, T[] gradBias) = Rescaling.BackwardMask(normalised, gradOutput, images, channels, plane, false);
            trial.Gives("grad_input", training
                ? Normalisation.BackwardTraining(normalised, gradNormalised, reciprocal, images, channels, plane)
                : Normalisation.BackwardEvaluation(gradNormalised, reciprocal, channels, plane));
            trial.Gives("grad_weight", gradWeight);
            trial.Gives("grad_bias", gradBias);
        }
    }

    private static void Rescale<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int channels, int height, int width, int[] extents) = Shape(draw);
        int plane = height * width;
        bool each = draw.Chance(0.5);
        int[] mask = each ? [images, channels] : [channels];
        int masks = each ? images * channels : channels;
        T[] input = draw.Values<T>(images * channels * plane, manner);
        T[] gradOutput = draw.Values<T>(input.Length, manner);
        T[] gamma = draw.Values<T>(masks, manner);
        T[] beta = draw.Values<T>(masks, manner);

        Trial<T> forward = new("rescale", draw);
        forward.Input("input", input, extents);
        forward.Input("gamma", gamma, mask);
        forward.Input("beta", beta, mask);
        forward.Gives("output", Rescaling.Forward(input, gamma, beta, channels, plane, each));

        Trial<T> backward = new("rescale_backward", draw);
        backward.Input("input", input, extents);
        backward.Input("gamma", gamma, mask);
        backward.Input("grad_output", gradOutput, extents);
        (T[] gradGamma, T[] gradBeta) = Rescaling.BackwardMask(input, gradOutput, images, channels, plane, each);
        backward.Gives("grad_input", Rescaling.BackwardInput(gradOutput, gamma, channels, plane, each));
        backward.Gives("grad_gamma", gradGamma);
        backward.Gives("grad_beta", gradBeta);
    }

    private static void Mix<T>(Draw draw, Manner manner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int channels, int height, int width, int[] extents) = Shape(draw);
        int plane = height * width;
        int masks = draw.Between(1, 5);
        T[] input = draw.Values<T>(images * channels * plane, manner);
        T[] gradOutput = draw.Values<T>(input.Length, manner);
        T[] gammas = draw.Values<T>(masks * channels, manner);
        T[] betas = draw.Values<T>(masks * channels, manner);
        T[] coefficients = draw.Values<T>(images * masks, manner);
        T[] gamma = Mixture.Mix(gammas, coefficients, images, masks, channels);
        T[] beta = Mixture.Mix(betas, coefficients, images, masks, channels);
        foreach (string operation in new[] { "mixed_rescale", "mixed_rescale_backward" })
        {
            Trial<T> trial = new(operation, draw);
            trial.Input("input", input, extents);
            trial.Input("gammas", gammas, masks, channels);
            trial.Input("betas", betas, masks, channels);
            trial.Input("coefficients", coefficients, images, masks);
            if (operation == "mixed_rescale")
            {
                trial.Gives("output", Rescaling.Forward(input, gamma, beta, channels, plane, true));
                continue;
            }

            trial.Input("grad_output", gradOutput, extents);
            (T[] gradGamma, T[] gradBeta) = Rescaling.BackwardMask(input, gradOutput, images, channels, plane, true);
            trial.Gives("grad_input", Rescaling.BackwardInput(gradOutput, gamma, channels, plane, true));
            trial.Gives("grad_gammas", Mixture.BackwardPrimary(gradGamma, coefficients, images, masks, channels));
            trial.Gives("grad_betas", Mixture.BackwardPrimary(gradBeta, coefficients, images, masks, channels));
            trial.Gives("grad_coefficients", Mixture.BackwardCoefficients(gradGamma, gammas, gradBeta, betas, images, masks, channels));
        }
    }

    /// <summary>[N, C, H, W] or [N, C]; N = 1, 1×1 planes, planes with an odd rest of lanes and many images among them.</summary>
    private static (int Images, int Channels, int Height, int Width, int[] Extents) Shape(Draw draw, int leastCount = 1)
    {
        int images = draw.Of(1, 2, 3, draw.Between(4, 37));
        int channels = draw.Of(1, draw.Between(2, 9), draw.Between(2, 40));
        if (draw.Chance(0.25) && images >= leastCount)
        {
            return (images, channels, 1, 1, [images, channels]);
        }

        int height = draw.Of(1, draw.Between(2, 12));
        int width = images * height < leastCount ? draw.Between(2, 13) : draw.Of(1, draw.Between(2, 13));
        return (images, channels, height, width, [images, channels, height, width]);
    }
}

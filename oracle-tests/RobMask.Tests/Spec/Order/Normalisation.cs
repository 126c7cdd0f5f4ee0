using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «normalize, normalize_backward». Tensors are [N, C, plane]; plane = H·W, or 1 for [N, C].</summary>
internal static class Normalisation
{
    public static (T[] Output, T[] Mean, T[] Variance, T[] Reciprocal) Training<T>(T[] input, int images, int channels, int plane, float epsilon)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] mean = new T[channels];
        T[] variance = new T[channels];
        T[] reciprocal = new T[channels];
        for (int c = 0; c < channels; c++)
        {
            double[] means = new double[images];
            double[] deviations = new double[images];
            double[] counts = new double[images];
            for (int n = 0; n < images; n++)
            {
                T[] x = Plane(input, channels, plane, n, c);
                means[n] = Sums.LaneSum(x) / plane;
                double[] terms = new double[plane];
                for (int i = 0; i < plane; i++)
                {
                    double difference = Ieee.InDouble(x[i]) - means[n];
                    terms[i] = difference * difference;
                }

                deviations[n] = Sums.LaneSum(terms);
                counts[n] = plane;
            }

            for (int s = 1; s < images; s *= 2)
            {
                for (int n = 0; n + s < images; n += 2 * s)
                {
                    double d = means[n + s] - means[n];
                    double count = counts[n] + counts[n + s];
                    double q = counts[n + s] / count;
                    means[n] = means[n] + (d * q);
                    deviations[n] = (deviations[n] + deviations[n + s]) + ((d * d) * (counts[n] * q));
                    counts[n] = count;
                }
            }

            double v = deviations[0] / ((double)images * plane);
            mean[c] = Ieee.Rounded<T>(means[0]);
            variance[c] = Ieee.Rounded<T>(v);
            reciprocal[c] = Ieee.Rounded<T>(1 / Math.Sqrt(v + (double)epsilon));
        }

        return (Centred(input, mean, reciprocal, images, channels, plane), mean, variance, reciprocal);
    }

    public static (T[] Output, T[] Reciprocal) Evaluation<T>(T[] input, T[] runningMean, T[] runningVariance, int images, int channels, int plane, float epsilon)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] reciprocal = new T[channels];
        for (int c = 0; c < channels; c++)
        {
            reciprocal[c] = Ieee.Rounded<T>(1 / Math.Sqrt(Ieee.InDouble(runningVariance[c]) + (double)epsilon));
        }

        return (Centred(input, runningMean, reciprocal, images, channels, plane), reciprocal);
    }

    /// <summary>The running mean (factor 1), or the running variance (factor count/(count − 1) in double).</summary>
    public static T[] Running<T>(T[] running, T[] batch, float momentum, double factor)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] updated = new T[running.Length];
        double m = momentum;
        for (int c = 0; c < running.Length; c++)
        {
            double value = Ieee.InDouble(batch[c]) * factor;
            updated[c] = Ieee.Rounded<T>(((1 - m) * Ieee.InDouble(running[c])) + (m * value));
        }

        return updated;
    }

    public static T[] BackwardTraining<T>(T[] normalised, T[] gradOutput, T[] reciprocal, int images, int channels, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[gradOutput.Length];
        for (int c = 0; c < channels; c++)
        {
            double[] sums = new double[images];
            double[] products = new double[images];
            for (int n = 0; n < images; n++)
            {
                T[] g = Plane(gradOutput, channels, plane, n, c);
                sums[n] = Sums.LaneSum(g);
                products[n] = Sums.LaneSum(g, Plane(normalised, channels, plane, n, c));
            }

            T a = Ieee.Rounded<T>(Sums.Tree(sums) / ((double)images * plane));
            T b = Ieee.Rounded<T>(Sums.Tree(products) / ((double)images * plane));
            for (int n = 0; n < images; n++)
            {
                for (int i = ((n * channels) + c) * plane; i < ((n * channels) + c + 1) * plane; i++)
                {
                    gradInput[i] = T.FusedMultiplyAdd(normalised[i], -b, gradOutput[i] - a) * reciprocal[c];
                }
            }
        }

        return gradInput;
    }

    public static T[] BackwardEvaluation<T>(T[] gradOutput, T[] reciprocal, int channels, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[gradOutput.Length];
        for (int i = 0; i < gradInput.Length; i++)
        {
            gradInput[i] = gradOutput[i] * reciprocal[i / plane % channels];
        }

        return gradInput;
    }

    private static T[] Centred<T>(T[] input, T[] mean, T[] reciprocal, int images, int channels, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[images * channels * plane];
        for (int i = 0; i < output.Length; i++)
        {
            int c = i / plane % channels;
            output[i] = (input[i] - mean[c]) * reciprocal[c];
        }

        return output;
    }

    private static T[] Plane<T>(T[] tensor, int channels, int plane, int n, int c) =>
        tensor[(((n * channels) + c) * plane)..(((n * channels) + c + 1) * plane)];
}

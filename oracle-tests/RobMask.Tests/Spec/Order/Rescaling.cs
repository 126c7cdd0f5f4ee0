using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «rescale, rescale_backward». Tensors are [N, C, plane]; a mask is [C], or [N, C] with one row an image.</summary>
internal static class Rescaling
{
    public static T[] Forward<T>(T[] input, T[] gamma, T[] beta, int channels, int plane, bool oneForEachImage)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[input.Length];
        for (int i = 0; i < output.Length; i++)
        {
            int mask = oneForEachImage ? i / plane : i / plane % channels;
            output[i] = T.FusedMultiplyAdd(gamma[mask], input[i], beta[mask]);
        }

        return output;
    }

    public static T[] BackwardInput<T>(T[] gradOutput, T[] gamma, int channels, int plane, bool oneForEachImage)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[gradOutput.Length];
        for (int i = 0; i < gradInput.Length; i++)
        {
            gradInput[i] = gradOutput[i] * gamma[oneForEachImage ? i / plane : i / plane % channels];
        }

        return gradInput;
    }

    public static (T[] Gamma, T[] Beta) BackwardMask<T>(T[] input, T[] gradOutput, int images, int channels, int plane, bool oneForEachImage)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double[] gammas = new double[images * channels];
        double[] betas = new double[images * channels];
        for (int i = 0; i < gammas.Length; i++)
        {
            T[] g = gradOutput[(i * plane)..((i + 1) * plane)];
            gammas[i] = Sums.LaneSum(g, input[(i * plane)..((i + 1) * plane)]);
            betas[i] = Sums.LaneSum(g);
        }

        return oneForEachImage
            ? ([.. gammas.Select(Ieee.Rounded<T>)], [.. betas.Select(Ieee.Rounded<T>)])
            : (OverImages<T>(gammas, images, channels), OverImages<T>(betas, images, channels));
    }

    private static T[] OverImages<T>(double[] parts, int images, int channels)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] sums = new T[channels];
        for (int c = 0; c < channels; c++)
        {
            double[] column = new double[images];
            for (int n = 0; n < images; n++)
            {
                column[n] = parts[(n * channels) + c];
            }

            sums[c] = Ieee.Rounded<T>(Sums.Tree(column));
        }

        return sums;
    }
}

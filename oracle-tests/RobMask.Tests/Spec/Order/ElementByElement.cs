using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «relu, relu_backward, feature_mask» and «Standardising and branches».</summary>
internal static class ElementByElement
{
    public static T[] Relu<T>(T[] z)
        where T : IBinaryFloatingPointIeee754<T> => [.. z.Select(x => x <= T.Zero ? T.Zero : x)];

    /// <summary>h is the output of ReLU.</summary>
    public static T[] ReluBackward<T>(T[] h, T[] gradOutput)
        where T : IBinaryFloatingPointIeee754<T> => [.. h.Zip(gradOutput, (x, g) => !(x <= T.Zero) ? g : T.Zero)];

    public static bool[] FeatureMask<T>(T[] z)
        where T : IBinaryFloatingPointIeee754<T> => [.. z.Select(x => x > T.Zero)];

    /// <summary>Of one channel: all its values of all images.</summary>
    public static double Openness<T>(T[] z)
        where T : IBinaryFloatingPointIeee754<T> => z.Count(x => x > T.Zero) / (double)z.Length;

    public static T[] Standardise<T>(T[] input, float[] mean, float[] deviation, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[input.Length];
        for (int i = 0; i < output.Length; i++)
        {
            int c = i / plane % mean.Length;
            output[i] = (input[i] - T.CreateTruncating(mean[c])) / T.CreateTruncating(deviation[c]);
        }

        return output;
    }

    public static T[] StandardiseBackward<T>(T[] gradOutput, float[] deviation, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[gradOutput.Length];
        for (int i = 0; i < gradInput.Length; i++)
        {
            gradInput[i] = gradOutput[i] / T.CreateTruncating(deviation[i / plane % deviation.Length]);
        }

        return gradInput;
    }

    public static T[] Residual<T>(T[] left, T[] right)
        where T : IBinaryFloatingPointIeee754<T> => [.. left.Zip(right, (x, y) => x + y)];
}

using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «linear, linear_backward».</summary>
internal static class Linear
{
    private const int ImagesPerBlock = 512;

    public static T[] Forward<T>(T[] input, T[] weight, T[]? bias, int images, int features, int outputs)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[images * outputs];
        for (int n = 0; n < images; n++)
        {
            for (int k = 0; k < outputs; k++)
            {
                T acc = T.Zero;
                for (int d = 0; d < features; d++)
                {
                    acc = T.FusedMultiplyAdd(input[(n * features) + d], weight[(k * features) + d], acc);
                }

                output[(n * outputs) + k] = bias is null ? acc : acc + bias[k];
            }
        }

        return output;
    }

    public static T[] BackwardInput<T>(T[] gradOutput, T[] weight, int images, int features, int outputs)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[images * features];
        for (int n = 0; n < images; n++)
        {
            for (int d = 0; d < features; d++)
            {
                T acc = T.Zero;
                for (int k = 0; k < outputs; k++)
                {
                    acc = T.FusedMultiplyAdd(gradOutput[(n * outputs) + k], weight[(k * features) + d], acc);
                }

                gradInput[(n * features) + d] = acc;
            }
        }

        return gradInput;
    }

    public static T[] BackwardWeight<T>(T[] input, T[] gradOutput, int images, int features, int outputs)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradWeight = new T[outputs * features];
        for (int k = 0; k < outputs; k++)
        {
            for (int d = 0; d < features; d++)
            {
                List<T> blocks = [];
                for (int start = 0; start < images; start += ImagesPerBlock)
                {
                    T acc = T.Zero;
                    for (int n = start; n < Math.Min(start + ImagesPerBlock, images); n++)
                    {
                        acc = T.FusedMultiplyAdd(gradOutput[(n * outputs) + k], input[(n * features) + d], acc);
                    }

                    blocks.Add(acc);
                }

                gradWeight[(k * features) + d] = Sums.Pairwise([.. blocks], 0, blocks.Count);
            }
        }

        return gradWeight;
    }

    public static T[] BackwardBias<T>(T[] gradOutput, int images, int outputs)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradBias = new T[outputs];
        for (int k = 0; k < outputs; k++)
        {
            double[] parts = new double[images];
            for (int n = 0; n < images; n++)
            {
                parts[n] = Ieee.InDouble(gradOutput[(n * outputs) + k]);
            }

            gradBias[k] = Ieee.Rounded<T>(Sums.Tree(parts));
        }

        return gradBias;
    }
}

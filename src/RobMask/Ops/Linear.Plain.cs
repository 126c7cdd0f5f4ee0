using System.Numerics;
using System.Numerics.Tensors;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <content>The definition of the bits: each chain advances term by term, over rows of outputs.</content>
public static unsafe partial class Linear
{
    /// <summary>Forward by its definition; <see cref="Forward{T}"/> gives the same bits.</summary>
    public static void ForwardPlain<T>(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int features, int outputs) = CheckForward(input, weight, bias, output);
        T[] column = new T[outputs];
        output.Span.Clear();
        for (int d = 0; d < features; d++)
        {
            for (int k = 0; k < outputs; k++)
            {
                column[k] = weight.Span[(k * features) + d];
            }

            for (int n = 0; n < images; n++)
            {
                Span<T> row = output.Span.Slice(n * outputs, outputs);
                TensorPrimitives.FusedMultiplyAdd(column, input.Span[(n * features) + d], row, row);
            }
        }

        for (int n = 0; bias is not null && n < images; n++)
        {
            Span<T> row = output.Span.Slice(n * outputs, outputs);
            TensorPrimitives.Add(row, bias.Span, row);
        }
    }

    /// <summary>The gradient of the input by its definition; <see cref="BackwardInput{T}"/> gives the same bits.</summary>
    public static void BackwardInputPlain<T>(DenseTensor<T> gradOutput, DenseTensor<T> weight, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int features, int outputs) = Check(gradInput, weight, gradOutput, nameof(gradInput), nameof(weight), nameof(gradOutput));
        gradInput.Span.Clear();
        for (int n = 0; n < images; n++)
        {
            Span<T> row = gradInput.Span.Slice(n * features, features);
            for (int k = 0; k < outputs; k++)
            {
                TensorPrimitives.FusedMultiplyAdd(weight.Span.Slice(k * features, features), gradOutput.Span[(n * outputs) + k], row, row);
            }
        }
    }

    /// <summary>The gradient of the weight by its definition; <see cref="BackwardWeight{T}"/> gives the same bits.</summary>
    public static void BackwardWeightPlain<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int images, int features, int outputs) = Check(input, gradWeight, gradOutput, nameof(input), nameof(gradWeight), nameof(gradOutput));
        PairwiseTree<T> tree = new(gradWeight.Length);
        T[] chains = new T[gradWeight.Length];
        int block = Conv2d.ImagesPerChain(1, 1);
        for (int start = 0; start < images; start += block)
        {
            Array.Clear(chains);
            for (int n = start; n < Math.Min(start + block, images); n++)
            {
                for (int k = 0; k < outputs; k++)
                {
                    Span<T> chain = chains.AsSpan(k * features, features);
                    TensorPrimitives.FusedMultiplyAdd(input.Span.Slice(n * features, features), gradOutput.Span[(n * outputs) + k], chain, chain);
                }
            }

            tree.Push(chains);
        }

        tree.Fold(gradWeight.Span);
    }

    /// <summary>The gradient of the bias by its definition, which <see cref="BackwardBias{T}"/> runs on all threads.</summary>
    public static void BackwardBiasPlain<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradBias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = CheckBackwardBias(gradOutput, gradBias);
        for (int k = 0; k < planes.Channels; k++)
        {
            new BiasGradientJob<T>(planes, gradOutput, gradBias).Run(k, 0);
        }
    }
}

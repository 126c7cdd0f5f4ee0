using System.Numerics;
using System.Numerics.Tensors;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <content>The definition of the bits: each chain advances term by term, over rows of outputs.</content>
public static partial class Conv2d
{
    /// <summary>Forward by its definition; <see cref="Forward{T}"/> gives the same bits.</summary>
    public static void ForwardPlain<T>(
        DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, ConvAttributes attributes, DenseTensor<T> output, DenseTensor<T>? addend = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvShape shape = CheckForward(input, weight, bias, attributes, output, addend);
        Span<T> chain = new T[shape.Q];
        Span<T> inputRow = new T[shape.Q];
        for (int n = 0; n < shape.N; n++)
        {
            for (int k = 0; k < shape.K; k++)
            {
                int firstChannel = k / shape.OutputsPerGroup * shape.ChannelsPerGroup;
                for (int p = 0; p < shape.P; p++)
                {
                    chain.Clear();
                    int term = k * shape.Terms;
                    for (int c = 0; c < shape.ChannelsPerGroup; c++)
                    {
                        for (int r = 0; r < shape.R; r++)
                        {
                            for (int s = 0; s < shape.S; s++)
                            {
                                ReadInputRow(shape, input.Span, n, firstChannel + c, p, r, s, inputRow);
                                TensorPrimitives.FusedMultiplyAdd(inputRow, weight.Span[term++], chain, chain);
                            }
                        }
                    }

                    if (bias is not null)
                    {
                        TensorPrimitives.Add(chain, bias.Span[k], chain);
                    }

                    int row = (((n * shape.K) + k) * shape.P + p) * shape.Q;
                    WriteRow(chain, addend, output, row);
                }
            }
        }
    }

    /// <summary>The gradient of the input by its definition; <see cref="BackwardInput{T}"/> gives the same bits.</summary>
    public static void BackwardInputPlain<T>(
        DenseTensor<T> gradOutput, DenseTensor<T> weight, ConvAttributes attributes, DenseTensor<T> gradInput, DenseTensor<T>? addend = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvShape shape = CheckBackwardInput(gradOutput, weight, attributes, gradInput, addend);

        // Columns of equal (w + padding) mod stride meet the same taps: a row of outputs is the columns of one such phase.
        Span<T> gradOutputRow = new T[shape.W];
        Span<T> chain = new T[shape.W];
        Span<T> row = new T[shape.W];
        for (int n = 0; n < shape.N; n++)
        {
            for (int c = 0; c < shape.C; c++)
            {
                for (int h = 0; h < shape.H; h++)
                {
                    for (int phase = 0; phase < Math.Min(attributes.StrideWidth, shape.W); phase++)
                    {
                        int columns = (shape.W - phase + attributes.StrideWidth - 1) / attributes.StrideWidth;
                        Span<T> outputs = chain[..columns];
                        outputs.Clear();
                        AdvanceInputGradient(shape, gradOutput.Span, weight.Span, n, c, h, phase, gradOutputRow[..columns], outputs);
                        for (int i = 0; i < columns; i++)
                        {
                            row[phase + (i * attributes.StrideWidth)] = outputs[i];
                        }
                    }

                    WriteRow(row, addend, gradInput, (((n * shape.C) + c) * shape.H + h) * shape.W);
                }
            }
        }
    }

    /// <summary>The gradient of the weight by its definition; <see cref="BackwardWeight{T}"/> gives the same bits.</summary>
    public static void BackwardWeightPlain<T>(DenseTensor<T> input, DenseTensor<T> gradOutput, ConvAttributes attributes, DenseTensor<T> gradWeight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvShape shape = CheckBackwardWeight(input, gradOutput, attributes, gradWeight);
        PairwiseTree<T> tree = new(gradWeight.Length);
        T[] terms = new T[shape.Terms];
        T[] chains = new T[gradWeight.Length];
        int block = ImagesPerChain(shape.P, shape.Q);
        for (int start = 0; start < shape.N; start += block)
        {
            Array.Clear(chains);
            for (int n = start; n < Math.Min(start + block, shape.N); n++)
            {
                for (int p = 0; p < shape.P; p++)
                {
                    for (int q = 0; q < shape.Q; q++)
                    {
                        for (int group = 0; group < shape.Groups; group++)
                        {
                            ReadTerms(shape, input.Span, n, group, p, q, terms);
                            for (int k = group * shape.OutputsPerGroup; k < (group + 1) * shape.OutputsPerGroup; k++)
                            {
                                T factor = gradOutput.Span[(((n * shape.K) + k) * shape.P + p) * shape.Q + q];
                                Span<T> chain = chains.AsSpan(k * shape.Terms, shape.Terms);
                                TensorPrimitives.FusedMultiplyAdd(terms, factor, chain, chain);
                            }
                        }
                    }
                }
            }

            tree.Push(chains);
        }

        tree.Fold(gradWeight.Span);
    }

    private static void WriteRow<T>(ReadOnlySpan<T> row, DenseTensor<T>? addend, DenseTensor<T> destination, int start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> to = destination.Span.Slice(start, row.Length);
        if (addend is null)
        {
            row.CopyTo(to);
        }
        else
        {
            TensorPrimitives.Add(row, addend.Span.Slice(start, row.Length), to);
        }
    }

    private static void ReadInputRow<T>(in ConvShape shape, ReadOnlySpan<T> input, int n, int c, int p, int r, int s, Span<T> row)
        where T : unmanaged
    {
        int h = shape.InputRow(p, r);
        for (int q = 0; q < row.Length; q++)
        {
            int w = shape.InputColumn(q, s);
            bool inside = h >= 0 && h < shape.H && w >= 0 && w < shape.W;
            row[q] = inside ? input[(((n * shape.C) + c) * shape.H + h) * shape.W + w] : default;
        }
    }

    private static void ReadTerms<T>(in ConvShape shape, ReadOnlySpan<T> input, int n, int group, int p, int q, Span<T> terms)
        where T : unmanaged
    {
        int term = 0;
        for (int c = group * shape.ChannelsPerGroup; c < (group + 1) * shape.ChannelsPerGroup; c++)
        {
            for (int r = 0; r < shape.R; r++)
            {
                for (int s = 0; s < shape.S; s++)
                {
                    int h = shape.InputRow(p, r);
                    int w = shape.InputColumn(q, s);
                    bool inside = h >= 0 && h < shape.H && w >= 0 && w < shape.W;
                    terms[term++] = inside ? input[(((n * shape.C) + c) * shape.H + h) * shape.W + w] : default;
                }
            }
        }
    }

    private static void AdvanceInputGradient<T>(
        in ConvShape shape, ReadOnlySpan<T> gradOutput, ReadOnlySpan<T> weight, int n, int c, int h, int phase, Span<T> gradOutputRow, Span<T> outputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConvAttributes a = shape.Attributes;
        int group = c / shape.ChannelsPerGroup;
        int channel = c % shape.ChannelsPerGroup;
        for (int k = group * shape.OutputsPerGroup; k < (group + 1) * shape.OutputsPerGroup; k++)
        {
            for (int r = 0; r < shape.R; r++)
            {
                int row = h + a.PaddingHeight - (r * a.DilationHeight);
                if (row % a.StrideHeight != 0)
                {
                    continue;
                }

                for (int s = 0; s < shape.S; s++)
                {
                    int column = phase + a.PaddingWidth - (s * a.DilationWidth);
                    if (column % a.StrideWidth != 0)
                    {
                        continue;
                    }

                    int p = row / a.StrideHeight;
                    for (int i = 0; i < outputs.Length; i++)
                    {
                        int q = (column / a.StrideWidth) + i;
                        bool inside = p >= 0 && p < shape.P && q >= 0 && q < shape.Q;
                        gradOutputRow[i] = inside ? gradOutput[(((n * shape.K) + k) * shape.P + p) * shape.Q + q] : default;
                    }

                    T factor = weight[(((k * shape.ChannelsPerGroup) + channel) * shape.R + r) * shape.S + s];
                    TensorPrimitives.FusedMultiplyAdd(gradOutputRow, factor, outputs, outputs);
                }
            }
        }
    }
}

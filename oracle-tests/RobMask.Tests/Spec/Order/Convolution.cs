using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «conv2d, conv2d_backward».</summary>
internal static class Convolution
{
    /// <summary>The extents of one convolution; C and K count all groups.</summary>
    public sealed record Extents(
        int N, int C, int H, int W, int K, int R, int S, int StrideH, int StrideW, int PaddingH, int PaddingW, int DilationH, int DilationW, int Groups)
    {
        public int P => ((H + (2 * PaddingH) - (DilationH * (R - 1)) - 1) / StrideH) + 1;

        public int Q => ((W + (2 * PaddingW) - (DilationW * (S - 1)) - 1) / StrideW) + 1;

        public int ChannelsPerGroup => C / Groups;

        public int OutputsPerGroup => K / Groups;
    }

    public static T[] Forward<T>(T[] input, T[] weight, T[]? bias, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[e.N * e.K * e.P * e.Q];
        for (int n = 0; n < e.N; n++)
        {
            for (int k = 0; k < e.K; k++)
            {
                for (int p = 0; p < e.P; p++)
                {
                    for (int q = 0; q < e.Q; q++)
                    {
                        T acc = T.Zero;
                        for (int c = 0; c < e.ChannelsPerGroup; c++)
                        {
                            for (int r = 0; r < e.R; r++)
                            {
                                for (int s = 0; s < e.S; s++)
                                {
                                    T x = Padded(input, e, n, (k / e.OutputsPerGroup * e.ChannelsPerGroup) + c, p, q, r, s);
                                    acc = T.FusedMultiplyAdd(x, weight[WeightIndex(e, k, c, r, s)], acc);
                                }
                            }
                        }

                        output[OutputIndex(e, n, k, p, q)] = bias is null ? acc : acc + bias[k];
                    }
                }
            }
        }

        return output;
    }

    public static T[] BackwardInput<T>(T[] gradOutput, T[] weight, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[e.N * e.C * e.H * e.W];
        for (int n = 0; n < e.N; n++)
        {
            for (int channel = 0; channel < e.C; channel++)
            {
                for (int h = 0; h < e.H; h++)
                {
                    for (int w = 0; w < e.W; w++)
                    {
                        T acc = T.Zero;
                        int group = channel / e.ChannelsPerGroup;
                        for (int k = group * e.OutputsPerGroup; k < (group + 1) * e.OutputsPerGroup; k++)
                        {
                            for (int r = 0; r < e.R; r++)
                            {
                                for (int s = 0; s < e.S; s++)
                                {
                                    int height = h + e.PaddingH - (r * e.DilationH);
                                    int width = w + e.PaddingW - (s * e.DilationW);
                                    if (height % e.StrideH != 0 || width % e.StrideW != 0)
                                    {
                                        continue;
                                    }

                                    (int p, int q) = (height / e.StrideH, width / e.StrideW);
                                    bool inside = p >= 0 && p < e.P && q >= 0 && q < e.Q;
                                    T g = inside ? gradOutput[OutputIndex(e, n, k, p, q)] : T.Zero;
                                    acc = T.FusedMultiplyAdd(g, weight[WeightIndex(e, k, channel % e.ChannelsPerGroup, r, s)], acc);
                                }
                            }
                        }

                        gradInput[(((((n * e.C) + channel) * e.H) + h) * e.W) + w] = acc;
                    }
                }
            }
        }

        return gradInput;
    }

    public static T[] BackwardWeight<T>(T[] input, T[] gradOutput, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradWeight = new T[e.K * e.ChannelsPerGroup * e.R * e.S];
        int imagesPerBlock = Math.Max(1, (512 + (e.P * e.Q) - 1) / (e.P * e.Q));
        for (int k = 0; k < e.K; k++)
        {
            for (int c = 0; c < e.ChannelsPerGroup; c++)
            {
                for (int r = 0; r < e.R; r++)
                {
                    for (int s = 0; s < e.S; s++)
                    {
                        List<T> blocks = [];
                        for (int start = 0; start < e.N; start += imagesPerBlock)
                        {
                            T acc = T.Zero;
                            for (int n = start; n < Math.Min(start + imagesPerBlock, e.N); n++)
                            {
                                for (int p = 0; p < e.P; p++)
                                {
                                    for (int q = 0; q < e.Q; q++)
                                    {
                                        T x = Padded(input, e, n, (k / e.OutputsPerGroup * e.ChannelsPerGroup) + c, p, q, r, s);
                                        acc = T.FusedMultiplyAdd(x, gradOutput[OutputIndex(e, n, k, p, q)], acc);
                                    }
                                }
                            }

                            blocks.Add(acc);
                        }

                        gradWeight[WeightIndex(e, k, c, r, s)] = Sums.Pairwise([.. blocks], 0, blocks.Count);
                    }
                }
            }
        }

        return gradWeight;
    }

    public static T[] BackwardBias<T>(T[] gradOutput, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradBias = new T[e.K];
        for (int k = 0; k < e.K; k++)
        {
            double[] planes = new double[e.N];
            for (int n = 0; n < e.N; n++)
            {
                int start = OutputIndex(e, n, k, 0, 0);
                T[] plane = gradOutput[start..(start + (e.P * e.Q))];
                planes[n] = plane.Length == 1 ? Ieee.InDouble(plane[0]) : Sums.LaneSum(plane);
            }

            gradBias[k] = Ieee.Rounded<T>(Sums.Tree(planes));
        }

        return gradBias;
    }

    /// <summary>What tap (r, s) of output (p, q) reads: a pixel, or +0 in the padding.</summary>
    private static T Padded<T>(T[] input, Extents e, int n, int c, int p, int q, int r, int s)
        where T : IBinaryFloatingPointIeee754<T>
    {
        int h = (p * e.StrideH) - e.PaddingH + (r * e.DilationH);
        int w = (q * e.StrideW) - e.PaddingW + (s * e.DilationW);
        return h < 0 || h >= e.H || w < 0 || w >= e.W ? T.Zero : input[(((((n * e.C) + c) * e.H) + h) * e.W) + w];
    }

    private static int WeightIndex(Extents e, int k, int c, int r, int s) => (((((k * e.ChannelsPerGroup) + c) * e.R) + r) * e.S) + s;

    private static int OutputIndex(Extents e, int n, int k, int p, int q) => (((((n * e.K) + k) * e.P) + p) * e.Q) + q;
}

using System.Numerics;

namespace EvaluationOrder;

/// <summary>docs/evaluation-order.md, «max_pool2d, avg_pool2d, global_avg_pool».</summary>
internal static class Pooling
{
    /// <summary>The extents of one pooling; planes = N·C.</summary>
    public sealed record Extents(int Planes, int H, int W, int R, int S, int StrideH, int StrideW, int PaddingH, int PaddingW)
    {
        public int P => ((H + (2 * PaddingH) - R) / StrideH) + 1;

        public int Q => ((W + (2 * PaddingW) - S) / StrideW) + 1;
    }

    /// <summary>The largest values, and where in their planes they stand.</summary>
    public static (T[] Output, int[] Indices) Max<T>(T[] input, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[e.Planes * e.P * e.Q];
        int[] indices = new int[output.Length];
        for (int i = 0; i < output.Length; i++)
        {
            int winner = -1;
            T maximum = T.Zero;
            foreach (int pixel in Window(e, i))
            {
                T value = input[(i / (e.P * e.Q) * e.H * e.W) + pixel];
                if (winner < 0 || value > maximum || T.IsNaN(value))
                {
                    winner = pixel;
                    maximum = value;
                }
            }

            output[i] = maximum;
            indices[i] = winner;
        }

        return (output, indices);
    }

    public static T[] MaxBackward<T>(int[] indices, T[] gradOutput, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[e.Planes * e.H * e.W];
        for (int i = 0; i < gradOutput.Length; i++)
        {
            int target = (i / (e.P * e.Q) * e.H * e.W) + indices[i];
            gradInput[target] = gradInput[target] + gradOutput[i];
        }

        return gradInput;
    }

    public static T[] Average<T>(T[] input, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[e.Planes * e.P * e.Q];
        for (int i = 0; i < output.Length; i++)
        {
            T sum = T.Zero;
            foreach (int pixel in Window(e, i))
            {
                sum = sum + input[(i / (e.P * e.Q) * e.H * e.W) + pixel];
            }

            output[i] = sum / T.CreateTruncating(e.R * e.S);
        }

        return output;
    }

    public static T[] AverageBackward<T>(T[] gradOutput, Extents e)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[e.Planes * e.H * e.W];
        for (int i = 0; i < gradOutput.Length; i++)
        {
            T share = gradOutput[i] / T.CreateTruncating(e.R * e.S);
            foreach (int pixel in Window(e, i))
            {
                int target = (i / (e.P * e.Q) * e.H * e.W) + pixel;
                gradInput[target] = gradInput[target] + share;
            }
        }

        return gradInput;
    }

    public static T[] GlobalAverage<T>(T[] input, int planes, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] output = new T[planes];
        for (int i = 0; i < planes; i++)
        {
            output[i] = Ieee.Rounded<T>(Sums.LaneSum(input[(i * plane)..((i + 1) * plane)]) / plane);
        }

        return output;
    }

    public static T[] GlobalAverageBackward<T>(T[] gradOutput, int plane)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T[] gradInput = new T[gradOutput.Length * plane];
        for (int i = 0; i < gradInput.Length; i++)
        {
            gradInput[i] = gradOutput[i / plane] / T.CreateTruncating(plane);
        }

        return gradInput;
    }

    /// <summary>The pixels of the window of output i that lie in the image, row by row.</summary>
    private static IEnumerable<int> Window(Extents e, int i)
    {
        int p = i / e.Q % e.P;
        int q = i % e.Q;
        for (int r = 0; r < e.R; r++)
        {
            for (int s = 0; s < e.S; s++)
            {
                int h = (p * e.StrideH) - e.PaddingH + r;
                int w = (q * e.StrideW) - e.PaddingW + s;
                if (h >= 0 && h < e.H && w >= 0 && w < e.W)
                {
                    yield return (h * e.W) + w;
                }
            }
        }
    }
}

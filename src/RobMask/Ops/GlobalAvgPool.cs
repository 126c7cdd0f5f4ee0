using System.Numerics;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>The mean of each plane: [N, C, H, W] to [N, C].</summary>
/// <remarks>
/// PyTorch: <c>adaptive_avg_pool2d</c> to 1×1. Order: <see cref="LaneSum.Sum"/> over the plane, divided by H·W in double, rounded once to T. Gradient: every
/// position gets g/(H·W), one rounding in T. NaN and ±∞ follow IEEE 754.
/// </remarks>
public static class GlobalAvgPool
{
    /// <summary>The mean of each plane.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Checked(nameof(input), input, nameof(output), output);
        Workers.For(planes.Parts, new ForwardJob<T>(planes, input, output));
    }

    /// <summary>The gradient of the input.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> gradOutput, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Checked(nameof(gradInput), gradInput, nameof(gradOutput), gradOutput);
        Workers.For(planes.Parts, new BackwardJob<T>(planes, gradOutput, gradInput));
    }

    private static Planes Checked<T>(string name, DenseTensor<T> full, string pooledName, DenseTensor<T> pooled)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Planes.Of("global average pool C1", name, full.Shape);
        Require.Matrix("global average pool C2", pooledName, pooled, planes.Images, planes.Channels);
        return planes;
    }

    private readonly struct ForwardJob<T>(Planes planes, DenseTensor<T> input, DenseTensor<T> output) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int first = index * planes.PlanesPerPart;
            int last = Math.Min(first + planes.PlanesPerPart, planes.Images * planes.Channels);
            for (int plane = first; plane < last; plane++)
            {
                double sum = LaneSum.Sum<T>(input.Span.Slice(plane * planes.Length, planes.Length));
                output.Span[plane] = Real.FromDouble<T>(sum / planes.Length);
            }
        }
    }

    private readonly struct BackwardJob<T>(Planes planes, DenseTensor<T> gradOutput, DenseTensor<T> gradInput) : IWorkerJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int index, int worker)
        {
            int first = index * planes.PlanesPerPart;
            int last = Math.Min(first + planes.PlanesPerPart, planes.Images * planes.Channels);
            T count = T.CreateChecked(planes.Length);
            for (int plane = first; plane < last; plane++)
            {
                gradInput.Span.Slice(plane * planes.Length, planes.Length).Fill(gradOutput.Span[plane] / count);
            }
        }
    }
}

using RobMask.Engines.Managed;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Audits.Replays;

/// <summary>The operations of a network in float, in an order of summation of its own and on operands of a chosen format.</summary>
/// <remarks>
/// What a sum runs over is permuted: the input channels of a convolution (within their groups) or product, the output channels in the
/// gradient of the input, the images in the gradient of the weight. So the kernels are those of the reference and their results differ
/// by rounding alone. Sums over channels (statistics, gradients of γ, β and biases), which the reference adds in double, are added in
/// float here: in chains of <see cref="Chain"/>, and those one after another in the permuted order of the images.
/// </remarks>
/// <param name="order">Which order; 0 for none permuted.</param>
/// <param name="format">What operands are rounded to.</param>
/// <param name="cancellation">Ends the replay between operations.</param>
internal sealed class ReorderedKernels(int order, OperandFormat format, CancellationToken cancellation) : NodeKernels<float>
{
    private const int Chain = 64;

    private readonly Dictionary<(string, TensorShape), DenseTensor<float>> _scratch = [];
    private readonly Dictionary<int, int[]> _orders = [];

    public override void Convolve(DenseTensor<float> input, DenseTensor<float> weight, DenseTensor<float>? bias, ConvAttributes attributes, DenseTensor<float> output, DenseTensor<float>? addend)
    {
        cancellation.ThrowIfCancellationRequested();
        int each = weight.Shape[1];
        base.Convolve(Inner("input", input, attributes.Groups, each), Inner("weight", weight, 1, each), Rounded(bias), attributes, output, null);
        Finish(output, addend);
    }

    public override void ConvolveBackwardInput(DenseTensor<float> gradOutput, DenseTensor<float> weight, ConvAttributes attributes, DenseTensor<float> gradInput, DenseTensor<float>? addend)
    {
        cancellation.ThrowIfCancellationRequested();
        int each = weight.Shape[0] / attributes.Groups;

        // The addend may be the destination itself.
        DenseTensor<float> result = addend is null ? gradInput : Scratch("gradInput", gradInput.Shape);
        base.ConvolveBackwardInput(Inner("gradOutput", gradOutput, attributes.Groups, each), Outer("weightK", weight, attributes.Groups, each), attributes, result, null);
        Finish(result, null);
        if (addend is not null)
        {
            Residual.Forward(addend, result, gradInput);
        }
    }

    public override void ConvolveBackwardWeight(DenseTensor<float> input, DenseTensor<float> gradOutput, ConvAttributes attributes, DenseTensor<float> gradWeight)
    {
        cancellation.ThrowIfCancellationRequested();
        base.ConvolveBackwardWeight(Images("inputN", input), Images("gradOutputN", gradOutput), attributes, gradWeight);
        Finish(gradWeight, null);
    }

    public override void ConvolveBackwardBias(DenseTensor<float> gradOutput, DenseTensor<float> gradBias) => SumBias(gradOutput, gradBias);

    public override void Multiply(DenseTensor<float> input, DenseTensor<float> weight, DenseTensor<float>? bias, DenseTensor<float> output)
    {
        cancellation.ThrowIfCancellationRequested();
        int each = weight.Shape[1];
        base.Multiply(Inner("input", input, 1, each), Inner("weight", weight, 1, each), Rounded(bias), output);
        Finish(output, null);
    }

    public override void MultiplyBackwardInput(DenseTensor<float> gradOutput, DenseTensor<float> weight, DenseTensor<float> gradInput)
    {
        int each = weight.Shape[0];
        base.MultiplyBackwardInput(Inner("gradOutput", gradOutput, 1, each), Outer("weightK", weight, 1, each), gradInput);
        Finish(gradInput, null);
    }

    public override void MultiplyBackwardWeight(DenseTensor<float> input, DenseTensor<float> gradOutput, DenseTensor<float> gradWeight)
    {
        base.MultiplyBackwardWeight(Images("inputN", input), Images("gradOutputN", gradOutput), gradWeight);
        Finish(gradWeight, null);
    }

    public override void MultiplyBackwardBias(DenseTensor<float> gradOutput, DenseTensor<float> gradBias) => SumBias(gradOutput, gradBias);

    public override void Normalise(DenseTensor<float> input, float epsilon, DenseTensor<float> output, DenseTensor<float> mean, DenseTensor<float> variance, DenseTensor<float> reciprocal)
    {
        cancellation.ThrowIfCancellationRequested();
        Planes planes = Planes.Of("audit", nameof(input), input.Shape);
        int[] images = Order(planes.Images);
        Workers.For(planes.Channels, new ChannelJob(c =>
        {
            float mu = Sum(planes, images, c, i => input.Span[i]) / planes.PerChannel;
            float v = Sum(planes, images, c, i => (input.Span[i] - mu) * (input.Span[i] - mu)) / planes.PerChannel;
            float r = 1 / MathF.Sqrt(v + epsilon);
            (mean.Span[c], variance.Span[c], reciprocal.Span[c]) = (mu, v, r);
            for (int n = 0; n < planes.Images; n++)
            {
                Span<float> source = input.Span.Slice(planes.Start(n, c), planes.Length);
                Span<float> destination = output.Span.Slice(planes.Start(n, c), planes.Length);
                for (int i = 0; i < source.Length; i++)
                {
                    destination[i] = (source[i] - mu) * r;
                }
            }
        }));
    }

    public override void NormaliseBackward(DenseTensor<float> normalised, DenseTensor<float> gradOutput, DenseTensor<float> reciprocal, DenseTensor<float> gradInput)
    {
        Planes planes = Planes.Of("audit", nameof(gradOutput), gradOutput.Shape);
        int[] images = Order(planes.Images);
        Workers.For(planes.Channels, new ChannelJob(c =>
        {
            float a = Sum(planes, images, c, i => gradOutput.Span[i]) / planes.PerChannel;
            float b = Sum(planes, images, c, i => gradOutput.Span[i] * normalised.Span[i]) / planes.PerChannel;
            float r = reciprocal.Span[c];
            for (int n = 0; n < planes.Images; n++)
            {
                int start = planes.Start(n, c);
                Span<float> g = gradOutput.Span.Slice(start, planes.Length);
                Span<float> x = normalised.Span.Slice(start, planes.Length);
                Span<float> destination = gradInput.Span.Slice(start, planes.Length);
                for (int i = 0; i < g.Length; i++)
                {
                    destination[i] = (g[i] - a - (x[i] * b)) * r;
                }
            }
        }));
    }

    public override void RescaleBackwardMask(DenseTensor<float> input, DenseTensor<float> gradOutput, DenseTensor<float> gradGamma, DenseTensor<float> gradBeta)
    {
        if (gradGamma.Shape.Rank == 2)
        {
            Planes planes = Planes.Of("audit", nameof(gradOutput), gradOutput.Shape);
            Workers.For(planes.Images, new ChannelJob(n =>
            {
                for (int c = 0; c < planes.Channels; c++)
                {
                    gradGamma.Span[(n * planes.Channels) + c] = Sum(planes, [n], c, i => gradOutput.Span[i] * input.Span[i]);
                    gradBeta.Span[(n * planes.Channels) + c] = Sum(planes, [n], c, i => gradOutput.Span[i]);
                }
            }));
            return;
        }

        SumChannels(gradOutput, input, gradGamma, gradBeta);
    }

    public override void AveragePlanes(DenseTensor<float> input, DenseTensor<float> output)
    {
        Planes planes = Planes.Of("audit", nameof(input), input.Shape);
        for (int n = 0; n < planes.Images; n++)
        {
            for (int c = 0; c < planes.Channels; c++)
            {
                output.Span[(n * planes.Channels) + c] = Sum(planes, [n], c, i => input.Span[i]) / planes.Length;
            }
        }
    }

    /// <summary>Σ over images and places of a channel: chains of neighbours, and those added in the order of the images.</summary>
    private static float Sum(Planes planes, int[] images, int c, Func<int, float> term)
    {
        float sum = 0;
        foreach (int n in images)
        {
            int start = planes.Start(n, c);
            for (int first = 0; first < planes.Length; first += Chain)
            {
                float chain = 0;
                int end = Math.Min(first + Chain, planes.Length);
                for (int i = first; i < end; i++)
                {
                    chain += term(start + i);
                }

                sum += chain;
            }
        }

        return sum;
    }

    private void SumChannels(DenseTensor<float> gradOutput, DenseTensor<float>? factor, DenseTensor<float>? gradFactor, DenseTensor<float> grad)
    {
        Planes planes = Planes.Of("audit", nameof(gradOutput), gradOutput.Shape);
        int[] images = Order(planes.Images);
        Workers.For(planes.Channels, new ChannelJob(c =>
        {
            grad.Span[c] = Sum(planes, images, c, i => gradOutput.Span[i]);
            if (gradFactor is not null)
            {
                gradFactor.Span[c] = Sum(planes, images, c, i => gradOutput.Span[i] * factor!.Span[i]);
            }
        }));
    }

    /// <summary>Gradients of a bias: TF32 rounds only what is multiplied, bf16 everything that a layer reads and gives.</summary>
    private void SumBias(DenseTensor<float> gradOutput, DenseTensor<float> gradBias)
    {
        DenseTensor<float> rounded = gradOutput;
        if (format == OperandFormat.Bf16)
        {
            rounded = Scratch("gradOutputB", gradOutput.Shape);
            gradOutput.Span.CopyTo(rounded.Span);
            format.Round(rounded.Span);
        }

        SumChannels(rounded, null, null, gradBias);
        format.RoundResult(gradBias.Span);
    }

    private void Finish(DenseTensor<float> result, DenseTensor<float>? addend)
    {
        format.RoundResult(result.Span);
        if (addend is not null)
        {
            Residual.Forward(result, addend, result);
        }
    }

    private DenseTensor<float>? Rounded(DenseTensor<float>? bias)
    {
        if (bias is null || format != OperandFormat.Bf16)
        {
            return bias;
        }

        DenseTensor<float> copy = Scratch("bias", bias.Shape);
        bias.Span.CopyTo(copy.Span);
        format.Round(copy.Span);
        return copy;
    }

    /// <summary>Dimension 1 permuted, within each of its groups of <paramref name="each"/> alike.</summary>
    private DenseTensor<float> Inner(string slot, DenseTensor<float> source, int groups, int each)
    {
        int[] permutation = Order(each);
        DenseTensor<float> copy = Scratch(slot, source.Shape);
        int channels = groups * each;
        int plane = source.Length / source.Shape[0] / channels;
        Workers.For(source.Shape[0], new ChannelJob(n =>
        {
            Span<float> from = source.Image(n);
            Span<float> to = copy.Image(n);
            for (int c = 0; c < channels; c++)
            {
                int other = (c / each * each) + permutation[c % each];
                from.Slice(other * plane, plane).CopyTo(to.Slice(c * plane, plane));
            }

            format.Round(to);
        }));
        return copy;
    }

    /// <summary>Dimension 0 permuted, within each of its groups of <paramref name="each"/> alike.</summary>
    private DenseTensor<float> Outer(string slot, DenseTensor<float> source, int groups, int each)
    {
        int[] permutation = Order(each);
        DenseTensor<float> copy = Scratch(slot, source.Shape);
        Workers.For(groups * each, new ChannelJob(k =>
        {
            source.Image((k / each * each) + permutation[k % each]).CopyTo(copy.Image(k));
            format.Round(copy.Image(k));
        }));
        return copy;
    }

    private DenseTensor<float> Images(string slot, DenseTensor<float> source) => Outer(slot, source, 1, source.Shape[0]);

    private DenseTensor<float> Scratch(string slot, TensorShape shape)
    {
        if (!_scratch.TryGetValue((slot, shape), out DenseTensor<float>? tensor))
        {
            _scratch.Add((slot, shape), tensor = new DenseTensor<float>(shape));
        }

        return tensor;
    }

    private int[] Order(int count)
    {
        if (!_orders.TryGetValue(count, out int[]? permutation))
        {
            permutation = [.. Enumerable.Range(0, count)];
            if (order != 0)
            {
                new PhiloxStream(new PhiloxKey((ulong)order, PhiloxStreams.Verification, (uint)count)).Permutation(permutation);
            }

            _orders.Add(count, permutation);
        }

        return permutation;
    }

    private readonly struct ChannelJob(Action<int> body) : IWorkerJob
    {
        public void Run(int index, int worker) => body(index);
    }
}

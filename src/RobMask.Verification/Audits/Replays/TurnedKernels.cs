using RobMask.Kernels;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Audits.Replays;

/// <summary>The reference in double, whose ReLUs take the other turn wherever rounding in float may decide.</summary>
/// <remarks>
/// Where z is nearer to 0 than rounding, an honest float run may let a gradient through that the reference blocks, or the other way
/// round. A network of few activations meets this once in hundreds of steps, so that replays in float do not show what one turn does
/// to the gradients; this one does. A channel's z counts as undecided within 2⁻²⁰ of its root mean square, eight to ten roundings.
/// </remarks>
/// <param name="open">Whether undecided positions are let through, or blocked.</param>
/// <param name="cancellation">Ends the replay before the next convolution or product.</param>
internal sealed class TurnedKernels(bool open, CancellationToken cancellation) : CancellableKernels(cancellation)
{
    private const double Undecided = 1.0 / (1 << 20);

    public override bool AllowsFusion => false;

    public override void Rectify(DenseTensor<double> input, DenseTensor<double> output)
    {
        Planes planes = Planes.Of("audit", nameof(input), input.Shape);
        Workers.For(planes.Channels, new ChannelJob(planes, input, output, open));
    }

    private readonly struct ChannelJob(Planes planes, DenseTensor<double> input, DenseTensor<double> output, bool open) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            double squares = 0;
            for (int n = 0; n < planes.Images; n++)
            {
                foreach (double z in input.Span.Slice(planes.Start(n, index), planes.Length))
                {
                    squares += z * z;
                }
            }

            double threshold = Undecided * Math.Sqrt(squares / planes.PerChannel);
            for (int n = 0; n < planes.Images; n++)
            {
                Span<double> source = input.Span.Slice(planes.Start(n, index), planes.Length);
                Span<double> destination = output.Span.Slice(planes.Start(n, index), planes.Length);
                for (int i = 0; i < source.Length; i++)
                {
                    // The least number above 0 is let through by the gradient and changes no sum.
                    double z = source[i];
                    destination[i] = Math.Abs(z) < threshold ? open ? Math.Max(z, double.Epsilon) : 0 : Math.Max(z, 0);
                }
            }
        }
    }
}

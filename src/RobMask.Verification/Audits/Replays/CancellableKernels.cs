using RobMask.Engines.Managed;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Audits.Replays;

/// <summary>The reference in double, which can be interrupted: an attack on a large network takes minutes.</summary>
/// <param name="cancellation">Ends the replay before the next convolution or product.</param>
internal class CancellableKernels(CancellationToken cancellation) : NodeKernels<double>
{
    public override bool AllowsFusion => true;

    public override void Convolve(DenseTensor<double> input, DenseTensor<double> weight, DenseTensor<double>? bias, ConvAttributes attributes, DenseTensor<double> output, DenseTensor<double>? addend)
    {
        cancellation.ThrowIfCancellationRequested();
        base.Convolve(input, weight, bias, attributes, output, addend);
    }

    public override void ConvolveBackwardInput(DenseTensor<double> gradOutput, DenseTensor<double> weight, ConvAttributes attributes, DenseTensor<double> gradInput, DenseTensor<double>? addend)
    {
        cancellation.ThrowIfCancellationRequested();
        base.ConvolveBackwardInput(gradOutput, weight, attributes, gradInput, addend);
    }

    public override void Multiply(DenseTensor<double> input, DenseTensor<double> weight, DenseTensor<double>? bias, DenseTensor<double> output)
    {
        cancellation.ThrowIfCancellationRequested();
        base.Multiply(input, weight, bias, output);
    }
}

using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed;

/// <summary>The operations with long sums of a network's nodes: here those of the reference. An audit derives other orders and operands from it.</summary>
internal class NodeKernels<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The reference's.</summary>
    public static NodeKernels<T> Reference { get; } = new();

    /// <summary>Whether nodes may be fused, which goes past everything here but convolutions and products.</summary>
    public virtual bool AllowsFusion => GetType() == typeof(NodeKernels<T>);

    /// <inheritdoc cref="Conv2d.Forward"/>
    public virtual void Convolve(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, ConvAttributes attributes, DenseTensor<T> output, DenseTensor<T>? addend) =>
        Conv2d.Forward(input, weight, bias, attributes, output, addend);

    /// <inheritdoc cref="Conv2d.BackwardInput"/>
    public virtual void ConvolveBackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> weight, ConvAttributes attributes, DenseTensor<T> gradInput, DenseTensor<T>? addend) =>
        Conv2d.BackwardInput(gradOutput, weight, attributes, gradInput, addend);

    /// <inheritdoc cref="Conv2d.BackwardWeight"/>
    public virtual void ConvolveBackwardWeight(DenseTensor<T> input, DenseTensor<T> gradOutput, ConvAttributes attributes, DenseTensor<T> gradWeight) =>
        Conv2d.BackwardWeight(input, gradOutput, attributes, gradWeight);

    /// <inheritdoc cref="Conv2d.BackwardBias"/>
    public virtual void ConvolveBackwardBias(DenseTensor<T> gradOutput, DenseTensor<T> gradBias) => Conv2d.BackwardBias(gradOutput, gradBias);

    /// <inheritdoc cref="Linear.Forward"/>
    public virtual void Multiply(DenseTensor<T> input, DenseTensor<T> weight, DenseTensor<T>? bias, DenseTensor<T> output) => Linear.Forward(input, weight, bias, output);

    /// <inheritdoc cref="Linear.BackwardInput"/>
    public virtual void MultiplyBackwardInput(DenseTensor<T> gradOutput, DenseTensor<T> weight, DenseTensor<T> gradInput) => Linear.BackwardInput(gradOutput, weight, gradInput);

    /// <inheritdoc cref="Linear.BackwardWeight"/>
    public virtual void MultiplyBackwardWeight(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradWeight) => Linear.BackwardWeight(input, gradOutput, gradWeight);

    /// <inheritdoc cref="Linear.BackwardBias"/>
    public virtual void MultiplyBackwardBias(DenseTensor<T> gradOutput, DenseTensor<T> gradBias) => Linear.BackwardBias(gradOutput, gradBias);

    /// <inheritdoc cref="Ops.Normalise.ForwardTraining"/>
    public virtual void Normalise(DenseTensor<T> input, float epsilon, DenseTensor<T> output, DenseTensor<T> mean, DenseTensor<T> variance, DenseTensor<T> reciprocal) =>
        Ops.Normalise.ForwardTraining(input, epsilon, output, mean, variance, reciprocal);

    /// <inheritdoc cref="Ops.Normalise.BackwardTraining"/>
    public virtual void NormaliseBackward(DenseTensor<T> normalised, DenseTensor<T> gradOutput, DenseTensor<T> reciprocal, DenseTensor<T> gradInput) =>
        Ops.Normalise.BackwardTraining(normalised, gradOutput, reciprocal, gradInput);

    /// <inheritdoc cref="Rescale.BackwardMask"/>
    public virtual void RescaleBackwardMask(DenseTensor<T> input, DenseTensor<T> gradOutput, DenseTensor<T> gradGamma, DenseTensor<T> gradBeta) =>
        Rescale.BackwardMask(input, gradOutput, gradGamma, gradBeta);

    /// <inheritdoc cref="Relu.Forward"/>
    public virtual void Rectify(DenseTensor<T> input, DenseTensor<T> output) => Relu.Forward(input, output);

    /// <inheritdoc cref="GlobalAvgPool.Forward"/>
    public virtual void AveragePlanes(DenseTensor<T> input, DenseTensor<T> output) => GlobalAvgPool.Forward(input, output);
}

using System.Numerics;
using RobMask.Networks;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Engines.Managed.Runners;

/// <summary>
/// Runs a normalising node, its rescaling and, where they follow, a sum and a ReLU as one <see cref="BatchNorm"/>, in the place of the
/// last of them.
/// </summary>
/// <param name="normalise">The normalising node.</param>
/// <param name="rescale">Its rescaling.</param>
/// <param name="summand">The index of the node that is added, or −1.</param>
/// <param name="relu">Whether ReLU comes last.</param>
/// <param name="index">The place.</param>
/// <param name="tape">The tape.</param>
internal sealed class BatchNormRunner<T>(NormaliseNode normalise, RescaleNode rescale, int summand, bool relu, int index, ManagedTape<T> tape)
    : NodeRunner<T>(normalise, index, tape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerStatistics<T> _statistics = new(normalise, tape);
    private readonly LayerMask<T> _mask = new(rescale, tape);

    public override DenseTensor<T> Forward()
    {
        // The backward pass reads the input; without one its memory is free for the output.
        DenseTensor<T> input = Input;
        DenseTensor<T> output = Tape.Options.KeepForBackward ? Tape.Destination(Index) : Tape.DestinationOver(InputIndex, Index);
        DenseTensor<T>? addend = summand < 0 ? null : Tape.Output(summand);
        _mask.Choose();
        if (Tape.Options.BatchStatistics)
        {
            BatchNorm.ForwardTraining(
                input, _statistics.Epsilon, _mask.Gamma, _mask.Beta, addend, relu, output, _statistics.Mean, _statistics.Variance, _statistics.Reciprocal);
            _statistics.Update(input.Length / input.Shape[1]);
        }
        else
        {
            _statistics.RunningMean.Span.CopyTo(_statistics.Mean.Span);
            BatchNorm.ForwardEvaluation(
                input, _statistics.Mean, _statistics.RunningVariance, _statistics.Epsilon, _mask.Gamma, _mask.Beta, addend, relu, output, _statistics.Reciprocal);
        }

        return output;
    }

    public override void Backward(OutputGradient<T> gradient)
    {
        if (summand < 0)
        {
            BackwardBatchNorm(gradient, relu);
            return;
        }

        // Both summands get the gradient of the sum.
        OutputGradient<T> ofSum = gradient;
        if (relu)
        {
            ofSum = Tape.Writable(gradient);
            Relu.Backward(Tape.Output(Index), gradient.Tensor, ofSum.Tensor);
            if (!ReferenceEquals(ofSum, gradient))
            {
                Tape.Release(gradient);
            }
        }

        if (Tape.Wants(summand))
        {
            Tape.Share(summand, ofSum);
        }

        BackwardBatchNorm(ofSum, false);
    }

    private void BackwardBatchNorm(OutputGradient<T> gradient, bool throughRelu)
    {
        bool wantsMask = _mask.WantsGradients;
        bool wantsInput = Tape.Wants(InputIndex);
        (OutputGradient<T>? destination, DenseTensor<T>? addend) = wantsInput ? Tape.BeginContribution(InputIndex, gradient) : default;
        if (wantsInput || wantsMask)
        {
            BatchNorm.Backward(
                Input,
                _statistics.Mean,
                _statistics.Reciprocal,
                _mask.Gamma,
                _mask.Beta,
                throughRelu,
                Tape.Options.BatchStatistics,
                gradient.Tensor,
                wantsMask ? _mask.GradGamma : null,
                wantsMask ? _mask.GradBeta : null,
                addend,
                destination?.Tensor);
        }

        if (wantsMask)
        {
            _mask.Contribute();
        }

        if (destination is not null)
        {
            Tape.EndContribution(InputIndex, destination, gradient);
        }

        Tape.Release(gradient);
    }
}
